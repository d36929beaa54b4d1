#include "src/core/error.h"
#include "src/study/declare.h"
#include "src/study/parse.h"
#include "src/study/writer.h"

namespace weir {

std::string write_study(const Study& study) {
  Study visited = study;  // a visitor may change what it visits; this one does not
  try {
    return Writer::write(visited).dump(/*indent=*/2) + "\n";
  } catch (const OrderedJson::exception&) {
    throw Error(ErrorKind::input,
                "the study cannot be written: a path in it is no UTF-8; rename the folder");
  }
}

}  // namespace weir
