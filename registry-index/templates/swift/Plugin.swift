// {{name}}: counts the words of a text. plug.h says what each function must do.
import CPlug

private let identifier = "{{publisher}}/{{name}}"

/// What a call of the table ends with when it can't do what it shall.
private struct Failure: Error {
  let status: plug_status
  let reason: String
}

/// A plugin at work. The host makes one call of an instance at a time, so no lock is needed.
private final class Instance {
  /// Letters of a word that counts; nil before initialize.
  var shortest: Int?
}

extension plug_text {
  fileprivate var buffer: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: length == 0 ? nil : bytes, count: length)
  }
}

private func say(_ sink: UnsafePointer<plug_sink>?, _ words: String) throws(Failure) {
  guard let sink, !words.isEmpty else { return }
  var words = words
  let code = words.withUTF8 { bytes in
    bytes.withMemoryRebound(to: CChar.self) {
      sink.pointee.write(sink.pointee.context, $0.baseAddress, $0.count)
    }
  }
  if code != 0 { throw Failure(status: plug_status(PLUG_SINK), reason: "the sink takes no more") }
}

private func answering(_ sink: UnsafePointer<plug_sink>?, _ work: () throws(Failure) -> Void)
  -> plug_status
{
  do throws(Failure) {
    try work()
    return plug_status(PLUG_OK)
  } catch {
    try? say(sink, error.reason)
    return error.status
  }
}

private func instance(_ pointer: OpaquePointer?) -> Instance {
  // SAFETY: a host gives back what `create` gave it.
  Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(pointer!)).takeUnretainedValue()
}

private func create(
  _ host: UnsafePointer<plug_host>?, _ id: plug_text,
  _ place: UnsafeMutablePointer<OpaquePointer?>?, _ sink: UnsafePointer<plug_sink>?
) -> plug_status {
  answering(sink) { () throws(Failure) in
    guard id.buffer.elementsEqual(identifier.utf8) else {
      throw Failure(status: plug_status(PLUG_NOT_FOUND), reason: "this library has another plugin")
    }
    place?.pointee = OpaquePointer(Unmanaged.passRetained(Instance()).toOpaque())
  }
}

private func initialize(
  _ pointer: OpaquePointer?, _ config: plug_text, _ sink: UnsafePointer<plug_sink>?
) -> plug_status {
  answering(sink) { () throws(Failure) in
    if instance(pointer).shortest != nil {
      throw Failure(status: plug_status(PLUG_STATE), reason: "it is initialised already")
    }
    guard let shortest = OptionsReader.shortest(in: config.buffer) else {
      let reason = "an object is needed, with at most `shortest`: 1 to 100"
      throw Failure(status: plug_status(PLUG_INVALID_CONFIG), reason: reason)
    }
    instance(pointer).shortest = shortest
  }
}

private func process(
  _ pointer: OpaquePointer?, _ input: plug_text, _ out: UnsafePointer<plug_sink>?,
  _ sink: UnsafePointer<plug_sink>?
) -> plug_status {
  answering(sink) { () throws(Failure) in
    guard let shortest = instance(pointer).shortest else {
      throw Failure(status: plug_status(PLUG_STATE), reason: "it is not initialised")
    }
    let words = String(decoding: input.buffer, as: UTF8.self).split { $0.isWhitespace }
    try say(out, "\(words.filter { $0.unicodeScalars.count >= shortest }.count)\n")
  }
}

// SAFETY: both are written once, before anybody has them, and only read afterwards.
nonisolated(unsafe) private let processor: UnsafeMutablePointer<plug_processor_v1> = {
  let made = UnsafeMutablePointer<plug_processor_v1>.allocate(capacity: 1)
  made.initialize(
    to: plug_processor_v1(size: UInt32(MemoryLayout<plug_processor_v1>.size), process: process))
  return made
}()

nonisolated(unsafe) private let table: UnsafeMutablePointer<plug_table> = {
  let made = UnsafeMutablePointer<plug_table>.allocate(capacity: 1)
  made.initialize(
    to: plug_table(
      size: UInt32(MemoryLayout<plug_table>.size), major: UInt16(PLUG_MAJOR),
      minor: UInt16(PLUG_MINOR),
      describe: { out in answering(nil) { () throws(Failure) in try say(out, description) } },
      create: create,
      initialize: initialize,
      shutdown: { pointer in
        instance(pointer).shortest = nil
        return plug_status(PLUG_OK)
      },
      destroy: { pointer in
        if let pointer { Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(pointer)).release() }
      },
      get_interface: { _, name in
        name.buffer.elementsEqual(PLUG_PROCESSOR.utf8) ? UnsafeRawPointer(processor) : nil
      },
      metrics: { _, out in answering(nil) { () throws(Failure) in try say(out, "{}") } }))
  return made
}()

@_cdecl("plug_entry_v1")
public func entry(major: UInt32, minor: UInt32) -> UnsafePointer<plug_table>? {
  major == UInt32(PLUG_MAJOR) ? UnsafePointer(table) : nil
}
