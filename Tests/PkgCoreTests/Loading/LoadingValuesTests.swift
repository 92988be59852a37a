import PkgCore
import Testing

@Suite("the catalogue of checks") struct CheckCatalogueTests {
  @Test("has one row for each id, in the order of the ids")
  func rows() {
    #expect(Check.all.map(\.id) == CheckID.allCases)
  }

  @Test("has names that are used once")
  func names() {
    #expect(Set(Check.all.map(\.name)).count == Check.all.count)
  }
}

@Suite("a symbol version") struct SymbolVersionTests {
  @Test(
    "orders by number, not by text",
    arguments: [("2.9", "2.36"), ("2", "2.0.1"), ("3.4.30", "3.5")])
  func order(lower: String, higher: String) throws {
    #expect(try #require(SymbolVersion(lower)) < #require(SymbolVersion(higher)))
  }

  @Test(
    "refuses what is no dotted number", arguments: ["", ".", "2.", "2.x", "+2", "1.2.3.4.5.6.7"])
  func refusal(text: String) {
    #expect(SymbolVersion(text) == nil)
  }

  @Test("takes a missing number for 0")
  func equality() throws {
    #expect(SymbolVersion("2.4") == SymbolVersion("2.4.0"))
    #expect(Set([SymbolVersion("2.4"), SymbolVersion("2.4.0")]).count == 1)
  }
}

@Suite("a load target") struct LoadTargetTests {
  // sqlite.org/loadext.html gives the second and third.
  @Test(
    "names SQLite's entry by SQLite's rule",
    arguments: [
      ("/x/pcre.so", "sqlite3_pcre_init"), ("./libmathfunc-4.8.so", "sqlite3_mathfunc_init"),
      ("./SpellFixExt.dll", "sqlite3_spellfixext_init"),
      ("libsqlite3_mod_csvtable.so", "sqlite3_sqlitemodcsvtable_init"),
    ])
  func sqlite(file: String, entry: String) {
    var target = LoadTarget(machine: .amd64)
    target.entryFromFilename = "sqlite3_{stem}_init"
    #expect(target.entryName(fileName: file) == entry)
  }

  @Test("names GStreamer's entry")
  func gstreamer() {
    var target = LoadTarget(machine: .amd64)
    target.entryFromFilename = "gst_plugin_{name:libgst}_get_desc"
    #expect(target.entryName(fileName: "libgstvideo-rate.so") == "gst_plugin_video_rate_get_desc")
  }
}

@Suite("ELF facts") struct ElfFactsTests {
  @Test("come back from JSON as they were")
  func roundTrip() throws {
    var facts = ElfFacts(
      machine: .other(4711), bits: 64, isLittleEndian: true, osABI: 3, type: .shared)
    facts.needed = ["libz.so.1", "libc.so.6"]
    facts.soname = "x.so"
    facts.isaLevel = 3
    facts.runpath = ["$ORIGIN"]
    facts.versionsNeeded = [
      .init(family: .glibc, version: try #require(SymbolVersion("2.38")), symbols: ["strlcpy"])
    ]
    facts.exports = [.init(name: "a:b", kind: .function, binding: .unique)]
    facts.undefined = [.init(name: "strlcpy", version: "GLIBC_2.38", isWeak: true)]
    facts.flags = [.noDelete, .relro]
    facts.stack = .executable
    facts.runtime = .cxx
    facts.reloadClass = .pinned
    #expect(try ElfFacts(json: facts.json) == facts)
  }

  @Test(
    "come back whatever stands in a symbol's name",
    arguments: ["\u{610}", "\u{600}", "a@b", "@", "a:b", ":", "\r\n", "e\u{301}", "\u{FFFD}"])
  func names(name: String) throws {
    var facts = ElfFacts(machine: .amd64, bits: 64, isLittleEndian: true, osABI: 0, type: .shared)
    facts.exports = [.init(name: name, kind: .object, binding: .weak)]
    facts.undefined = [
      .init(name: name, version: nil, isWeak: true),
      .init(name: name, version: "\u{301}V", isWeak: false),
    ]
    #expect(try ElfFacts(json: facts.json).json == facts.json)
    #expect(try ElfFacts(json: facts.json) == facts)
  }

  @Test("refuse a wrong member", arguments: ["machine", "stack", "exports", "bits"])
  func refusal(member: String) throws {
    let facts = ElfFacts(machine: .amd64, bits: 64, isLittleEndian: true, osABI: 0, type: .shared)
    var object = try #require(facts.json.objectValue)
    object[member] = .string("?")
    #expect(throws: Diagnostic.self) { try ElfFacts(json: .object(object)) }
  }
}

@Suite("a workload's report") struct WorkloadReportTests {
  @Test("is read from the worker's record, with blanks in the name")
  func record() throws {
    let operation = try #require(
      WorkloadReport.Operation(record: "4 1 2000 100 900 400 800 880 a b"))
    #expect(operation.name == "a b" && operation.count == 4 && operation.errors == 1)
    #expect(operation.p99 == 880 && operation.most == 900)
  }

  @Test(
    "takes no numbers that a plugin made up and nothing could add",
    arguments: [
      "9223372036854775807 0 1 1 1 1 1 1 a", "1 9223372036854775807 1 1 1 1 1 1 a",
      "-1 0 1 1 1 1 1 1 a", "1 0 -9223372036854775808 1 1 1 1 1 a", "1 0 1 1 1 1 1 a", "",
    ])
  func forged(record: String) {
    #expect(WorkloadReport.Operation(record: record) == nil)
  }

  @Test("names each operation once, and adds up as many as a report can hold")
  func sums() throws {
    let record = "\(Int64(1) << 48) 0 1 1 1 1 1 1 a"
    var report = WorkloadReport(id: "p/x", version: "1.0.0")
    report.operations = Array(repeating: try #require(.init(record: record)), count: 10_000)
    report.seconds = 1
    #expect(report.rate > 0)
    #expect(report.json["metrics"]?["operations"]?.objectValue?.members.count == 1)
  }
}

@Suite("a load report") struct LoadReportTests {
  @Test("reads as an error for a person")
  func diagnostic() throws {
    let report = LoadReport(
      name: "broken", file: "/x/broken.so", level: 2,
      results: [
        CheckResult(.elfValid, .pass),
        CheckResult(.openNow, .fail, "undefined symbol: foo_bar", hint: "do this"),
      ])
    let diagnostic = try #require(report.diagnostic)
    #expect(diagnostic.code == .loadFailed)
    #expect(diagnostic.message == "`broken` can't be loaded")
    #expect(diagnostic.notes == ["undefined symbol: foo_bar"])
    #expect(diagnostic.hint == "do this")
  }

  @Test(
    "puts what can't fit before what fails, and that before a crash",
    arguments: [
      (CheckID.glibcTooNew, CheckStatus.fail, DiagnosticCode.incompatibleGlibc),
      (.elfArch, .fail, .incompatiblePlatform), (.libstdcxxTooNew, .fail, .incompatibleLibstdcxx),
      (.abiVersion, .fail, .incompatibleAbi), (.openCrash, .crash, .loadCrashed),
      (.openHang, .timeout, .loadTimeout), (.openNow, .harnessError, .loadHarness),
    ])
  func code(check: CheckID, status: CheckStatus, code: DiagnosticCode) {
    let report = LoadReport(
      name: "p", file: "p.so", level: 2, results: [CheckResult(check, status, "m")])
    #expect(report.diagnostic?.code == code)
  }
}
