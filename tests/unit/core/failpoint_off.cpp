#undef WEIR_FAILPOINTS
#include "tests/unit/core/failpoint_off.h"

#include "src/core/failpoint.h"

namespace weir::test {

void pass_failpoint_compiled_out() { WEIR_FAILPOINT("trainer.after_step"); }

}  // namespace weir::test
