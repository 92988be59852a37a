import PkgCore
import TestSupport
import Testing

@Suite("plugctl test") struct TestCommandTests {
}
