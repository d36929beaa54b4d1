# weir_test(name SOURCES a.cpp … LIBRARIES x … [LABEL unit] [TIMEOUT 120] [RANKS n …] [SERIAL])
#
# A GoogleTest program, registered as one ctest case, or one a rank count when RANKS is given (then it runs under
# mpirun and brings its own main, which calls MPI_Init). Every case has a label and a time limit in seconds.
set(weir_mpirun ${MPIEXEC_EXECUTABLE} --oversubscribe)
set(weir_test_environment
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMP_NUM_THREADS=1
  OMPI_MCA_btl_base_warn_component_unused=0
  OMPI_MCA_mpi_yield_when_idle=1)  # ranks that spin take the cores of the tests beside them
set(weir_time_factor 1)
if(WEIR_TENSOR_TESTS_ONLY)
  set(weir_time_factor 3)  # it runs beside another suite
endif()
if(WEIR_SANITIZE)
  set(weir_time_factor 5)  # what a sanitizer slows a test down by; every time limit of ctest grows by it
  set(support ${CMAKE_CURRENT_LIST_DIR}/support)
  list(APPEND weir_test_environment
    LSAN_OPTIONS=suppressions='${support}/lsan.txt':print_suppressions=0
    UBSAN_OPTIONS=print_stacktrace=1
    TSAN_OPTIONS=suppressions='${support}/tsan.txt':second_deadlock_stack=1)
endif()
if(CMAKE_CROSSCOMPILING_EMULATOR)
  set(weir_time_factor 5)  # what QEMU does
endif()
if(WEIR_NIGHTLY)
  list(APPEND weir_test_environment WEIR_NIGHTLY=1)  # tests read it for their long forms
endif()

# weir_test_code(target): as a program of the tests is compiled, which costs more than running it.
function(weir_test_code target)
  # -fPIE by name: what shares a precompiled header must agree on it.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${target} PRIVATE -fPIE $<$<NOT:$<CONFIG:Debug>>:-O1>)
  weir_cache_with_precompiled_header(${target})
endfunction()

# weir_add_test(name program arguments…): add_test; in a sanitizer build under tests/support/sanitized, cross-compiled under QEMU.
function(weir_add_test name program)
  if(WEIR_SANITIZE)
    if(TARGET ${program})
      set(program $<TARGET_FILE:${program}>)
    endif()
    set(sanitized ${PROJECT_SOURCE_DIR}/tests/support/sanitized ${PROJECT_BINARY_DIR}/reports/${name})
  endif()
  add_test(NAME ${name} COMMAND ${sanitized} ${program} ${ARGN})
endfunction()

# GoogleTest and what nearly every test includes take a second to read; this way they are read once.
if(WEIR_TESTS AND NOT TARGET weir_test_headers)
  add_library(weir_test_headers OBJECT ${CMAKE_CURRENT_LIST_DIR}/support/test_headers.cpp)
  weir_target_options(weir_test_headers)
  weir_test_code(weir_test_headers)
  target_link_libraries(weir_test_headers PRIVATE GTest::gmock)
  target_precompile_headers(weir_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h> <algorithm> <filesystem> <fstream>
    <functional> <map> <memory> <optional> <set> <sstream> <string> <thread> <utility> <vector>)
endif()

function(weir_test name)
  cmake_parse_arguments(arg "SERIAL" "LABEL;TIMEOUT" "SOURCES;LIBRARIES;RANKS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
    if(arg_RANKS)
      set(arg_TIMEOUT 300)  # ranks that wait for each other spin, and are slow where others want the cores
    endif()
  endif()
  add_executable(${name} ${arg_SOURCES})
  weir_target_options(${name})
  weir_test_code(${name})
  target_precompile_headers(${name} REUSE_FROM weir_test_headers)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  if(arg_RANKS)
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock)
    if(CMAKE_CROSSCOMPILING_EMULATOR)
      list(FILTER arg_RANKS INCLUDE REGEX "^[12]$")  # ranks that spin under QEMU want a core each
    endif()
    foreach(ranks ${arg_RANKS})
      weir_add_test(${name}.ranks${ranks} ${weir_mpirun} -n ${ranks} ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${name}>)
      weir_test_properties(${name}.ranks${ranks} ${arg_LABEL} ${arg_TIMEOUT} ${ranks})
    endforeach()
  else()
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock_main)
    weir_add_test(${name} ${name})
    weir_test_properties(${name} ${arg_LABEL} ${arg_TIMEOUT} 1)
  endif()
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# weir_leave_out_under_qemu(name Suite.Case…): what QEMU cannot do; the caller says why.
function(weir_leave_out_under_qemu name)
  if(CMAKE_CROSSCOMPILING_EMULATOR)
    list(JOIN ARGN ":" cases)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT GTEST_FILTER=-${cases})
  endif()
endfunction()

# weir_script_test(name COMMAND … [LABEL integration] [TIMEOUT 120] [PROCESSORS 1]): any program or script as a case.
function(weir_script_test name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT;PROCESSORS" "COMMAND" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL integration)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  weir_add_test(${name} ${arg_COMMAND})
  weir_test_properties(${name} ${arg_LABEL} ${arg_TIMEOUT} ${arg_PROCESSORS})
endfunction()

function(weir_test_properties name label timeout processors)
  if(WEIR_NIGHTLY)
    set(timeout 14400)
  endif()
  math(EXPR timeout "${timeout} * ${weir_time_factor}")
  if(NOT label STREQUAL gpu)
    list(APPEND weir_test_environment CUDA_VISIBLE_DEVICES=)  # all others are tests of the CPU
  endif()
  # The longest are started first, so that none is left alone at the end.
  set_tests_properties(${name} PROPERTIES COST ${timeout}
    LABELS ${label} TIMEOUT ${timeout} PROCESSORS ${processors} ENVIRONMENT "${weir_test_environment}")
endfunction()

# weir_nightly_test(name COMMAND …): a case of nightly builds alone.
function(weir_nightly_test name)
  if(NOT WEIR_NIGHTLY OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "COMMAND" ${ARGN})
  weir_add_test(${name} ${arg_COMMAND})
  weir_test_properties(${name} nightly 0 2)
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT WEIR_BUILD=${PROJECT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES RUN_SERIAL ON WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()

# weir_whole_test(name FILE a_test.py [LABEL integration] [TIMEOUT 600]): real launcher, server and toy solvers, driven from
# Python (standard library only). They wait for each other most of the time, so each counts as one processor.
function(weir_whole_test name)
  cmake_parse_arguments(arg "" "FILE;LABEL;TIMEOUT" "" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  weir_script_test(${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE}
    LABEL ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
    PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support PYTHONDONTWRITEBYTECODE=1 WEIR_BUILD=${PROJECT_BINARY_DIR})
endfunction()
