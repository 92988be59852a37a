import PkgCore
import Testing

@Suite("Timestamp")
struct TimestampTests {
  @Test(
    "reads and writes RFC 3339",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1),
      ("2000-02-29T12:34:56Z", 951_827_696), ("2026-11-21T06:43:54Z", 1_795_243_434),
      ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
      ("1900-03-01T00:00:00Z", -2_203_891_200),
    ] as [(String, Int64)])
  func roundTrip(text: String, seconds: Int64) throws {
    let moment = try #require(Timestamp(rfc3339: text))
    #expect(moment.secondsSinceEpoch == seconds)
    #expect(moment.rfc3339 == text)
  }

  @Test("every day of 800 years reads back")
  func everyDay() {
    for day in Int64(-146_097)..<146_097 {
      let moment = Timestamp(secondsSinceEpoch: day * 86_400 + 3_661)
      #expect(Timestamp(rfc3339: moment.rfc3339) == moment)
    }
  }

  @Test(
    "refuses what is no moment",
    arguments: [
      "", "2026-11-21", "2026-11-21T06:43:54", "2026-11-21t06:43:54Z", "2026-11-21 06:43:54Z",
      "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
      "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T23:59:60Z",
      "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+1:00",
      "2026-11-21T06:43:54.9Z", "2026-11-21T07:43:54+01:00",
      "-026-01-01T00:00:00Z", "20260-1-01T00:00:00Z", "2026-01-01T00:00:00+24:00",
    ])
  func refuses(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test("adding stays within 64 bits")
  func overflow() {
    #expect(Timestamp(secondsSinceEpoch: .max).adding(seconds: 1).secondsSinceEpoch == .max)
    #expect(Timestamp(secondsSinceEpoch: .min).adding(seconds: -1).secondsSinceEpoch == .min)
  }
}
