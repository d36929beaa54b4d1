// What a study directory may hold in place of its records: a page is made of it, of a bounded size.

#include <string>

#include "launcher/report/report.h"
#include "src/core/error.h"
#include "tests/fuzz/fuzz.h"

/// The first byte says which file the rest is.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  if (size == 0) return 0;
  const std::string text = fuzz::text_of(data + 1, size - 1);
  StudyRecord record;
  record.label = "fuzzed";
  record.study.value.parameters = {{.name = "a", .lower = 0, .upper = 1, .unit = ""},
                                   {.name = "b", .lower = 0, .upper = 1, .unit = ""}};
  if (data[0] % 3 == 0) {
    record.metrics.value = parse_metrics(text);
  } else if (data[0] % 3 == 1) {
    record.servers.value = parse_servers(text);
  } else {
    find(record.evaluation, [&] { return parse_evaluation(text, 2); });
    for (const auto& one : record.evaluation.value.trained)
      fuzz::check(one.size() == 2, "each simulation has a value for each parameter");
  }
  const std::string page = report_page({record, record}) + report_page({record});
  fuzz::check(page.find("<script") == page.npos, "nothing of it becomes a program");
  fuzz::check(page.size() < 400000 + 400 * size, "a page is as small as what it is made of");
  return 0;
}
