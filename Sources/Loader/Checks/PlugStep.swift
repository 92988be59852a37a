import PkgCore

/// A check that calls a plugin of `plug.h`: which one, from where on, and after what.
struct PlugStep {
  let check: CheckID
  /// Checks that must not have failed.
  let needs: [CheckID]
  /// The interface that it is about; nil for all plugins.
  var interface: String?
  /// Whether it needs a process of its own, which watches it or lets it reach its database.
  var isAlone = false

  init(_ check: CheckID, _ needs: [CheckID], _ interface: String? = nil, isAlone: Bool = false) {
    self.check = check
    self.needs = needs
    self.interface = interface
    self.isAlone = isAlone
  }

  /// All that come after the description is known, in their order.
  static let all: [PlugStep] = [
    PlugStep(.unknownId, [.describeJson]),
    PlugStep(.majorRefused, []),
    PlugStep(.interfacesMatch, [.describeJson]),
    PlugStep(.initDefault, [.describeJson]),
    PlugStep(.initBadConfig, [.initDefault]),
    PlugStep(.initTwice, [.initDefault]),
    PlugStep(.shutdownTwice, [.initDefault]),
    PlugStep(.destroyWithoutShutdown, [.initDefault]),
    PlugStep(.threadsAfterShutdown, [.initDefault]),
    PlugStep(.unload, [.initDefault, .threadsAfterShutdown]),
    PlugStep(.crashAfterUnload, [.initDefault, .threadsAfterShutdown]),
    PlugStep(.cpuMemLimit, [.initDefault]),
    PlugStep(.workload, [.interfacesMatch, .initDefault], "plug.workload/1"),
    PlugStep(.httpRoutes, [.interfacesMatch, .initDefault], "plug.http/1"),
    PlugStep(.hostFdsClosed, [.initDefault]),
    PlugStep(.smallHostStruct, [.initDefault]),
    PlugStep(.bigHostStruct, [.initDefault]),
    PlugStep(.initHugeConfig, [.initBadConfig]),
    PlugStep(.cycleLeakHeap, [.initDefault]),
    PlugStep(.cycleLeakFd, [.initDefault]),
    PlugStep(.cycleLeakThread, [.initDefault, .threadsAfterShutdown]),
    PlugStep(.twoInstances, [.initDefault, .initTwice]),
    PlugStep(.concurrentInstances, [.initDefault, .twoInstances]),
    PlugStep(.concurrentInstance, [.initDefault]),
    PlugStep(.otherThread, [.initDefault]),
    PlugStep(.reloadTwice, [.initDefault, .unload]),
    PlugStep(.cancel, [.initDefault]),
    PlugStep(.sinkError, [.initDefault]),
    PlugStep(.database, [.interfacesMatch, .initDefault], "plug.database/1", isAlone: true),
    PlugStep(.formatRoundtrip, [.interfacesMatch, .initDefault], "plug.format/1"),
    PlugStep(.scalar, [.interfacesMatch, .initDefault], "plug.scalar/1"),
    PlugStep(.customType, [.interfacesMatch, .initDefault], "plug.type/1"),
    PlugStep(.storage, [.interfacesMatch, .initDefault], "plug.storage/1"),
    PlugStep(.auth, [.interfacesMatch, .initDefault], "plug.auth/1"),
    PlugStep(.query, [.interfacesMatch, .initDefault], "plug.query/1"),
    PlugStep(.heapCorrupt, [.initDefault], isAlone: true),
    PlugStep(.fuzzConfig, [.initDefault, .initBadConfig]),
    PlugStep(.fuzzData, [.initDefault]),
  ]
}
