#pragma once
// How a shared library becomes a plug-in of weir-server: WEIR_PLUGIN(function) in one of its files.
//
//   #include <weir/server/model.h>
//   #include <weir/server/plugin.h>
//   static void add(weir::Registry& registry) {
//     registry.add_model("mine", [](const weir::StudyShape& study) { return
//     std::make_shared<Mine>(study); });
//   }
//   WEIR_PLUGIN(add)
//
// The library is opened once by each server rank, stays open to the end of the process, and must be
// built with the compiler, the LibTorch and the headers of the server that opens it.

#include "weir/server/registry.h"
#include "weir/version.h"

#if __has_include(<torch/version.h>)
#include <torch/version.h>
#endif
#ifndef TORCH_VERSION
#define TORCH_VERSION "none"
#endif

/// Grows when a header of include/weir/server changes what is compiled into a plug-in.
#define WEIR_PLUGIN_ABI 2

/// What a plug-in was built with. Layout and symbol are the same for ever, so that a server can
/// tell what is wrong with a plug-in of any other version.
struct weir_plugin_facts {
  unsigned abi;         /* WEIR_PLUGIN_ABI */
  const char* weir;     /* "0.1.0" */
  const char* libtorch; /* "1.13.1"; "none": the plug-in was built without */
};

#define WEIR_PLUGIN_EXPORT extern "C" __attribute__((visibility("default")))

/// `add` is a function void(weir::Registry&). Once in a library, outside any namespace.
#define WEIR_PLUGIN(add)                                                                   \
  WEIR_PLUGIN_EXPORT const weir_plugin_facts* weir_plugin_version() {                      \
    static const weir_plugin_facts facts = {WEIR_PLUGIN_ABI, WEIR_VERSION, TORCH_VERSION}; \
    return &facts;                                                                         \
  }                                                                                        \
  WEIR_PLUGIN_EXPORT void weir_plugin_register(weir::Registry& registry) { (add)(registry); }
