import Files
import TestSupport
import Testing

@Suite("a report of load tests")
struct ReportFormTests {
  let user: Sandbox
  let files: [String]
  let schemas = Programs.repository + "/.build/report-schemas"

  init() throws {
    let user = try Sandbox()
    self.user = user
    files = try ["good.so", "plg-d021.so", "plg-d006.so", "plg-d003.so", "odd <&\" name.so"].map {
      name in
      let bytes = try FileSystem.read("\(Programs.folder)/plugctl-selftest.so")
      try FileSystem.replace(user.folder.file(name), with: bytes, isDurable: false)
      return user.folder.file(name)
    }
  }

  private func judged(_ form: String, by script: String) throws -> Outcome {
    let outcome = try user.plugctl(["test", "--format", form, "--level", "4"] + files)
    #expect(outcome.exit == 8, "\(outcome)")
    let file = try user.folder.write("report", outcome.output)
    return try user.run(["\(schemas)/venv/bin/python", "-c", script, file, "\(schemas)/junit.xsd"])
  }

  @Test("in JUnit's form is valid by its schema")
  func junit() throws {
    let script = """
      import sys
      from lxml import etree
      schema = etree.XMLSchema(etree.parse(sys.argv[2]))
      report = etree.parse(sys.argv[1])
      schema.assertValid(report)
      failures = sum(int(suite.get("failures")) for suite in report.getroot())
      assert failures == len(report.findall(".//failure")) == 1, failures
      assert len(report.findall(".//error")) == 1
      assert len(report.getroot()) == 5
      print("valid")
      """
    #expect(try judged("junit", by: script).succeeded().output == "valid\n")
  }

  @Test("in SARIF's form is valid by its model")
  func sarif() throws {
    let script = """
      import json, sys
      from sarif_pydantic import Sarif
      with open(sys.argv[1]) as file: document = json.load(file)
      report = Sarif.model_validate(document)
      run = report.runs[0]
      for result in document["runs"][0]["results"]:
          rule = document["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]
          assert rule["id"] == result["ruleId"], result
      found = {result.rule_id for result in run.results if result.level.value == "error"}
      assert found == {"plg-d003", "plg-d021"}, found
      print("valid")
      """
    #expect(try judged("sarif", by: script).succeeded().output == "valid\n")
  }
}
