# What every target of weir shares: language level, warnings, sanitizers, include root. Private, so users see none of it.

option(WEIR_WERROR "warnings are errors" OFF)

function(weir_target_options target)
  set_target_properties(${target} PROPERTIES
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    C_STANDARD 99 C_STANDARD_REQUIRED ON
    CUDA_STANDARD 17 CUDA_STANDARD_REQUIRED ON CUDA_ARCHITECTURES OFF
    POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  set(warnings -Wall -Wextra -Wpedantic -Wshadow)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:C,CXX>:${warnings} $<$<BOOL:${WEIR_WERROR}>:-Werror>>
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual>)
  target_compile_definitions(${target} PRIVATE
    $<$<BOOL:${WEIR_FAILPOINTS}>:WEIR_FAILPOINTS> $<$<BOOL:${WEIR_PLANTED_BUGS}>:WEIR_PLANTED_BUGS>)
  if(WEIR_SANITIZE STREQUAL "asan")
    set(flags -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  elseif(WEIR_SANITIZE STREQUAL "tsan")
    set(flags -fsanitize=thread -fno-omit-frame-pointer)
  elseif(WEIR_FUZZ)
    set(flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  elseif(WEIR_SANITIZE)
    message(FATAL_ERROR "WEIR_SANITIZE is '${WEIR_SANITIZE}'; it may be asan, tsan or empty")
  endif()
  if(flags)
    target_compile_options(${target} PRIVATE ${flags})
    target_link_options(${target} PRIVATE ${flags})
  endif()
  get_target_property(type ${target} TYPE)
  if(WEIR_SANITIZE AND type STREQUAL "EXECUTABLE")
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:weir_sanitizer_process>)
  endif()
endfunction()

if(WEIR_SANITIZE)
  add_library(weir_sanitizer_process OBJECT ${PROJECT_SOURCE_DIR}/tests/support/sanitizer_process.c)
endif()

# weir_library(name SOURCES a.cpp … LIBRARIES x y): a static library of weir's own.
function(weir_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  weir_target_options(${name})
  target_link_libraries(${name} PUBLIC ${arg_LIBRARIES})
endfunction()

# weir_executable(name SOURCES a.cpp … LIBRARIES x y): a program in build/bin.
function(weir_executable name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  weir_target_options(${name})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
endfunction()

# weir_cache_with_precompiled_header(target): lets ccache keep what a precompiled header goes into.
function(weir_cache_with_precompiled_header target)
  if(NOT CCACHE_PROGRAM)
    return()
  endif()
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${CCACHE_PROGRAM}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endfunction()

# weir_see_tensors(target): compiles with LibTorch's headers as server/tensors has read them; in place of the tests' own.
function(weir_see_tensors target)
  target_link_libraries(${target} PRIVATE weir_torch)
  # A program's usual -fPIE would not match it.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIC)
  target_precompile_headers(${target} REUSE_FROM weir_tensors)
  # A second LibTorch is compiled for once, and never edited for.
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${WEIR_TENSOR_TESTS_ONLY} UNITY_BUILD_BATCH_SIZE 5)
  weir_cache_with_precompiled_header(${target})
endfunction()
