// Made by scripts/embed-profiles from registry-index/hosts/. Edit those files, not this one.

/// The profiles that are compiled in, as their files are.
enum BuiltInProfiles {
  /// By id.
  static let texts: [(id: String, text: String)] = [
    (
      "benana",
      #"""
      schema: 1
      id: benana
      title: Benana plugins
      # The guide names one folder; others are chosen with --into.
      paths:
        - { scope: project, dir: ./bin/plugins }
      types: [dynamic]
      layout: { place: flat, file: "{name}.so", view: links, path: stable }
      abi:
        - kind: go-plugin
          required: [{ name: NewPlugin, type: function }]
          methods: [Initialize, GetMetadata, RegisterRoutes, Cleanup]
        - { kind: plug, required: [{ name: plug_entry_v1, type: function }] }
      abi_number: 1
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 30000 }
      switch: any-time
      reload: { mode: restart }

      """#
    ),
    (
      "databridge",
      #"""
      schema: 1
      id: databridge
      title: DataBridge processors
      # The guide names one folder; others are chosen with --into.
      paths:
        - { scope: project, dir: ./plugins }
      types: [processor]
      # A folder for each, with the host's own manifest.json beside the library.
      layout: { place: per-plugin, file: "{name}.so", view: links, path: stable }
      abi:
        # A plugin of Go registers itself in `init`: no symbol is looked up.
        - { kind: go-plugin }
        - { kind: plug, required: [{ name: plug_entry_v1, type: function }] }
      abi_number: 1
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 30000 }
      switch: any-time
      reload: { mode: restart }
      # The fields of its PluginManagerConfig and ResourceLimits, as Go's encoders name them.
      config:
        folder: PluginDir
        publishers: TrustedPublishers
        schema:
          type: object
          properties:
            PluginDir: { type: string, minLength: 1 }
            AutoLoad: { type: boolean }
            WatchChanges: { type: boolean }
            AllowUnsigned: { type: boolean }
            TrustedPublishers: { type: array, items: { type: string, minLength: 1 }, uniqueItems: true }
            RequireChecksum: { type: boolean }
            # A time.Duration: nanoseconds, or as Go writes it.
            MonitorInterval:
              anyOf: [{ type: integer, minimum: 0 }, { type: string, pattern: '^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$' }]
            MaxMemoryMB: { type: integer, minimum: 1 }
            MaxCPUPercent: { type: number, exclusiveMinimum: 0 }
            MaxGoroutines: { type: integer, minimum: 1 }
            MaxFileHandles: { type: integer, minimum: 1 }
            MaxExecutionMS: { type: integer, minimum: 1 }

      """#
    ),
    (
      "distributed-transformer",
      #"""
      schema: 1
      id: distributed-transformer
      title: distributed-transformer formats
      # Its configuration says which folder it reads; there is none by default.
      types: [format]
      # cargo builds libNAME.so, the host asks for NAME.so: both names are there.
      layout: { place: flat, file: "{name}.so", aliases: ["lib{name}.so"], view: include, path: stable }
      abi:
        - { kind: rust-dyn, required: [{ name: create_plugin, type: function }] }
        - { kind: plug, required: [{ name: plug_entry_v1, type: function }] }
      abi_number: 1
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 30000 }
      activate:
        file: plugins.yaml
        text: '- { name: {name}, file: "{path}" }'
        include_hint: "in its YAML, below `plugins`: plugin_dir: {plugins}"
      switch: any-time
      reload: { mode: restart }
      config:
        plugins: [{ each: plugins.plugin_configs }]
        folder: plugins.plugin_dir
        schema:
          type: object
          properties:
            plugins:
              type: object
              required: [plugin_dir]
              additionalProperties: false
              properties:
                plugin_dir: { type: string, minLength: 1 }
                enable_plugins: { type: boolean }
                plugin_configs: { type: object, additionalProperties: { type: object } }
        snippet: |
          plugins:
            plugin_dir: "{plugins}"
            enable_plugins: true
            plugin_configs:
              {name}:
                {settings}

      """#
    ),
    (
      "gstreamer",
      #"""
      schema: 1
      id: gstreamer
      title: GStreamer 1.0 plugins
      detect:
        binary: [gst-inspect-1.0]
        version: { argv: ["{binary}", --version], stream: stdout, regex: 'GStreamer ([0-9.]+)' }
      paths:
        - { env: GST_PLUGIN_PATH, separator: ":" }
        - { scope: project, dir: ./gst-plugins }
        - { scope: user, dir: ~/.local/share/gstreamer-1.0/plugins }
        - { scope: system, dir: /usr/local/lib/gstreamer-1.0 }
      types: [plugin]
      # The entry is derived from the file's name, so a file must keep its name.
      layout: { place: flat, file: "{file}", view: links, path: stable }
      abi:
        - { kind: c, entry_from_filename: "gst_plugin_{name:libgst}_get_desc" }
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 10000 }
      switch: any-time
      # A list of its own, of nothing but these plugins: one that can't be loaded is blacklisted.
      probe:
        timeout: 20s
        argv: ["{binary}", --print-blacklist]
        env:
          GST_PLUGIN_PATH: "{plugins}"
          GST_PLUGIN_SYSTEM_PATH: ""
          GST_REGISTRY: "{tmp}/registry.bin"
        ok: { exit: 0, regex: "Total count: 0 blacklisted" }
        fail_regex: '^  (.*[.]so)$'
      reload: { mode: none }

      """#
    ),
    (
      "nginx",
      #"""
      schema: 1
      id: nginx
      title: nginx dynamic modules
      detect:
        binary: [nginx, /usr/sbin/nginx]
        version: { argv: ["{binary}", -v], stream: stderr, regex: 'nginx/([0-9.]+)' }
        builtin: { argv: ["{binary}", -V], stream: stderr, regex: '--with-([a-z0-9_]+_module)( |$)' }
      paths:
        - { scope: project, dir: ./modules }
        - { scope: user, dir: ~/.nginx/modules }
        - { scope: system, dir: /usr/lib/nginx/modules }
        - { env: NGINX_MODULES, separator: ":" }
      types: [module]
      # nginx keeps the code of a path that it has opened: a reload needs a new path for a new module.
      layout: { place: flat, file: "{file}", view: include, path: versioned }
      abi:
        - kind: c
          required: [{ name: ngx_modules, type: object }]
          symbol_providers: ["{binary}"]
          static_probes: [nginx-signature]
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 10000 }
      activate:
        file: modules.conf
        text: 'load_module "{path}";'
        include_hint: "at the top of nginx.conf: include {activate}/*.conf;"
      switch: any-time
      probe:
        timeout: 10s
        files:
          n.conf: |
            include "{activate}/*.conf";
            pid "{tmp}/n.pid";
            error_log stderr notice;
            events { }
            http {
              access_log off;
              client_body_temp_path "{tmp}/body";
              proxy_temp_path "{tmp}/proxy";
              fastcgi_temp_path "{tmp}/fastcgi";
              uwsgi_temp_path "{tmp}/uwsgi";
              scgi_temp_path "{tmp}/scgi";
            }
        argv: ["{binary}", -t, -p, "{tmp}", -c, "{tmp}/n.conf"]
        ok: { exit: 0, regex: "test is successful" }
        fail_regex: '\[emerg\] [0-9#]+: (.*)'
      reload: { mode: command, argv: ["{binary}", -s, reload] }

      """#
    ),
    (
      "openssl",
      #"""
      schema: 1
      id: openssl
      title: OpenSSL 3 providers
      detect:
        binary: [openssl]
        version: { argv: ["{binary}", version], stream: stdout, regex: '^OpenSSL ([0-9.]+)' }
        builtin: { argv: ["{binary}", list, -providers], stream: stdout, regex: '^  ([a-z0-9_]+)$' }
      paths:
        - { scope: project, dir: ./ossl-modules }
        - { scope: user, dir: ~/.local/lib/ossl-modules }
        - { scope: system, dir: /usr/local/lib/ossl-modules }
        - { env: OPENSSL_MODULES, separator: ":" }
      types: [provider]
      layout: { place: flat, file: "{file}", view: include, path: versioned }
      abi:
        - { kind: c, required: [{ name: OSSL_provider_init, type: function }] }
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 10000 }
      activate:
        file: openssl.cnf
        header: |
          openssl_conf = plugctl_init
          [plugctl_init]
          providers = plugctl_providers
          [plugctl_providers]
          default = plugctl_default
          [plugctl_default]
          activate = 1
        text: |
          [plugctl_providers]
          {name} = plugctl_{name}
          [plugctl_{name}]
          module = {path}
          activate = 1
        include_hint: "OPENSSL_CONF={activate}/openssl.cnf in the environment of the programs that shall use them"
      switch: any-time
      probe:
        timeout: 10s
        argv: ["{binary}", list, -providers]
        env: { OPENSSL_CONF: "{activate}/openssl.cnf" }
        ok: { exit: 0, regex: "status: active" }
        fail_regex: 'error:[0-9A-F]+:(.*)'
      reload: { mode: none }

      """#
    ),
    (
      "phantomdb",
      #"""
      schema: 1
      id: phantomdb
      title: PhantomDB plugins
      # The guide names one folder; others are chosen with --into.
      paths:
        - { scope: project, dir: ./plugins }
      types: [function_extension, storage_backend, query_processor, authentication_provider, data_type]
      layout:
        place: by-type
        file: "{name}.so"
        by_type:
          function_extension: function_extensions
          storage_backend: storage_backends
          query_processor: query_processors
          authentication_provider: authentication
          data_type: data_types
        view: links
        path: stable
      abi:
        - kind: cxx-vtable
          required: [{ name: createPlugin, type: function }, { name: destroyPlugin, type: function }]
        - { kind: plug, required: [{ name: plug_entry_v1, type: function }] }
      abi_number: 1
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 30000 }
      switch: any-time
      reload: { mode: restart }

      """#
    ),
    (
      "plug",
      #"""
      schema: 1
      id: plug
      title: hosts of plug.h
      # Which program loads them is the host's affair: there is none to detect, to probe or to tell.
      paths:
        - { scope: project, dir: ./plugins }
        - { scope: user, dir: ~/.local/lib/plug }
        - { scope: system, dir: /usr/local/lib/plug }
        - { env: PLUG_PATH, separator: ":" }
      types: [auth, database, format, http, processor, query, scalar, storage, type, workload]
      # A path that was opened gives its old code again: the next generation needs a path of its own.
      layout: { place: flat, file: "{publisher}-{name}.so", view: links, path: versioned }
      abi:
        - { kind: plug, required: [{ name: plug_entry_v1, type: function }] }
      abi_number: 1
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 30000 }
      switch: any-time
      reload: { mode: none }

      """#
    ),
    (
      "postgresql",
      #"""
      schema: 1
      id: postgresql
      title: PostgreSQL's loadable modules
      detect:
        # A server of one's own first, then Debian's, which are not on the PATH.
        binary:
          - postgres
          - /usr/lib/postgresql/*/bin/postgres
        version: { argv: ["{binary}", --version], stream: stdout, regex: 'PostgreSQL\) ([0-9.]+)' }
        folders:
          sharedir: { argv: ["{bindir}/pg_config", --sharedir] }
          libdir: { argv: ["{bindir}/pg_config", --pkglibdir] }
      # `pg_config --pkglibdir` is the distribution's own; these folders go into dynamic_library_path.
      paths:
        - { scope: project, dir: ./pg-modules }
        - { scope: user, dir: ~/.local/lib/postgresql }
        - { scope: system, dir: /usr/local/lib/postgresql }
      types: [module]
      # SQL names the file, so it keeps its name. A new session asks for the same name and gets the new code.
      layout:
        place: flat
        file: "{file}"
        view: include
        path: stable
        # What `CREATE EXTENSION` reads. Scripts mostly say '$libdir/NAME', which no path leads to but this folder.
        extra:
          - { match: "*.control", to: "{sharedir}/extension" }
          - { match: "*.sql", to: "{sharedir}/extension" }
          - { match: "*.so", to: "{libdir}" }
      abi:
        - kind: c
          required: [{ name: Pg_magic_func, type: function }]
          symbol_providers: ["{binary}"]
          static_probes: [postgresql-magic]
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 10000 }
      activate:
        file: load.sql
        text: "LOAD '{path}';"
        include_hint: "in postgresql.conf: dynamic_library_path = '{plugins}:$libdir'; a session loads all by `\\i {activate}/load.sql`"
      # Sessions load late: one cluster must not see two versions.
      switch: host-stopped
      # There is no probe: the server loads modules only where a data folder is, and `initdb` and `postgres
      # --single` make and open none for root.
      reload: { mode: restart }

      """#
    ),
    (
      "redis",
      #"""
      schema: 1
      id: redis
      title: Redis modules
      detect:
        binary: [redis-server]
        version: { argv: ["{binary}", --version], stream: stdout, regex: 'Redis server v=([0-9.]+)' }
      paths:
        - { scope: project, dir: ./redis-modules }
        - { scope: user, dir: ~/.local/lib/redis/modules }
        - { scope: system, dir: /usr/lib/redis/modules }
      types: [module]
      # It refuses a file without execute permission.
      layout: { place: flat, file: "{file}", view: include, path: versioned, executable: true }
      abi:
        # Redis hands its functions over when it calls the entry; what is undefined beside them must be its own.
        - { kind: c, required: [{ name: RedisModule_OnLoad, type: function }], symbol_providers: ["{binary}"] }
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 10000 }
      activate:
        file: modules.conf
        text: 'loadmodule "{path}"'
        include_hint: "in redis.conf: include {activate}/modules.conf"
      switch: any-time
      # A server would stay: this one is told of a file of users that is missing. It reads that file once all
      # modules are loaded, and ends there.
      probe:
        timeout: 10s
        files:
          r.conf: |
            include "{activate}/modules.conf"
            port 0
            unixsocket "{tmp}/s"
            dir "{tmp}"
            save ""
            aclfile "{tmp}/none.acl"
        argv: ["{binary}", "{tmp}/r.conf"]
        ok: { exit: 1, regex: "Error loading ACLs, opening file" }
        fail_regex: '# (Module .* (failed to load|initialization failed).*)'
      reload: { mode: restart }

      """#
    ),
    (
      "sqlite",
      #"""
      schema: 1
      id: sqlite
      title: SQLite loadable extensions
      detect:
        binary: [sqlite3]
        version: { argv: ["{binary}", "--version"], stream: stdout, regex: '^([0-9]+\.[0-9]+\.[0-9]+)' }
        builtin:
          argv: ["{binary}", -batch, -init, /dev/null, ":memory:", "SELECT name FROM pragma_module_list"]
          stream: stdout
          regex: '^([A-Za-z0-9_]+)$'
      paths:
        - { scope: project, dir: ./sqlite-extensions }
        - { scope: user, dir: ~/.local/lib/sqlite3 }
        - { scope: system, dir: /usr/lib/sqlite3 }
      types: [extension]
      # The activation names its own generation's files: a process that reads it while another command turns
      # `current` loads the whole old set.
      layout: { place: flat, file: "{file}", view: include, path: versioned }
      abi:
        # Either entry serves; the second is derived from the file's name, so a file must keep its name.
        - { kind: c, required: [{ name: sqlite3_extension_init, type: function }], entry_from_filename: "sqlite3_{stem}_init" }
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 10000 }
      activate:
        file: load.sql
        text: '.load "{path}"'
        include_hint: "sqlite3 -init {activate}/load.sql, or `.read {activate}/load.sql` in ~/.sqliterc"
      switch: any-time
      probe:
        timeout: 10s
        argv: ["{binary}", -batch, -bail, -init, "{activate}/load.sql", ":memory:", "SELECT 'plugctl' || '-ok';"]
        ok: { exit: 0, regex: "plugctl-ok" }
        fail_regex: 'Error: (.*)'
      reload: { mode: none }

      """#
    ),
    (
      "stormdb",
      #"""
      schema: 1
      id: stormdb
      title: StormDB workload plugins
      detect:
        binary: [stormdb]
        version: { argv: ["{binary}", --version], stream: stdout, regex: '([0-9]+\.[0-9]+\.[0-9]+)' }
        builtin: { argv: ["{binary}", --list-workloads], stream: stdout, regex: '^[ -]*([a-z][a-z0-9_]*)' }
      paths:
        - { scope: project, dir: ./plugins }
        - { scope: user, dir: ~/.stormdb/plugins }
        - { scope: system, dir: /usr/local/lib/stormdb/plugins }
        - { env: STORMDB_PLUGIN_PATH, separator: ":" }
      types: [workload]
      layout: { place: flat, file: "{name}.so", view: links, path: stable }
      abi:
        - kind: go-plugin
          required: [{ name: GetPlugin, type: function }]
          methods: [Initialize, GetInfo, Setup, Cleanup, ExecuteOperation, GetOperationTypes, GetMetrics]
          symbol_providers: ["{binary}"]
        - { kind: plug, required: [{ name: plug_entry_v1, type: function }] }
      abi_number: 1
      limits: { memoryMB: 2048, threads: 100, files: 64, executionMs: 30000 }
      switch: any-time
      reload: { mode: restart }
      config:
        plugins:
          - { name: workload.plugin_name, settings: workload.plugin_config, when: { workload.type: plugin } }
        schema:
          type: object
          properties:
            workload:
              type: object
              required: [type]
              properties:
                type: { type: string }
                plugin_name: { type: string, minLength: 1 }
                plugin_config: { type: object }
              if: { properties: { type: { const: plugin } } }
              then: { required: [plugin_name] }
        snippet: |
          workload:
            type: "plugin"
            plugin_name: "{name}"
            plugin_config:
              {settings}

      """#
    ),
  ]
}
