#pragma once
// A failpoint as a build without WEIR_FAILPOINTS sees it.

namespace weir::test {

/// Goes past trainer.after_step.
void pass_failpoint_compiled_out();

}  // namespace weir::test
