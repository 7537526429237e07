# How tests are added.
#
#   pier_add_test(NAME <name>
#       SOURCES <files> …
#       [LINKS <targets> …]       beside the static library and cmocka
#       [LABELS <labels> …]       ctest labels; the name of the folder below tests/ is always one
#       [ARGS <arguments> …]      of the test program
#       [ENVIRONMENT <NAME=value> …]
#       [TIMEOUT <seconds>]       60 when not given; sanitizers and valgrind multiply it
#       [SERIAL]                  runs alone, because it measures time or load
#       [FAULTS])                 system calls go through tests/support/fault_system.h
#
# makes the program <name> and the ctest test <name>. A test sees the public headers, the internal ones as
# "<floor>/<unit>_internal.h", and those of tests/ as "support/<unit>.h".
#
#   pier_add_command_test(NAME <name> COMMAND <command and arguments> … [LABELS …] [ENVIRONMENT …] [TIMEOUT …]
#       [SERIAL])
#
# adds a ctest test that is not a unit test: a script, or a program that was built. COMMAND may name a target.
#
# Labels with a meaning: `slow` is left out by scripts/test.sh --quick; `native` by scripts/valgrind.sh, for tests that see
# valgrind where they look for themselves: in the descriptors or the name of the process; `one-thread`, which the tests of
# most floors get by their folder (tests/CMakeLists.txt), by the tsan preset, where they have nothing to show. A test that cannot run here, for want of a privilege for
# instance, says so on its standard output and exits with 77: it counts as skipped, and as failed in CI.
set(PIER_TEST_TIMEOUT_FACTOR 1 CACHE STRING "Multiplies the time limit of every test")
set(PIER_TEST_LAUNCHER "" CACHE STRING "What unit tests are run by, as a list: valgrind and its options, for instance")

function(pier__finish_test name labels environment timeout serial)
    if(NOT timeout)
        set(timeout 60)
    endif()
    math(EXPR timeout "${timeout} * ${PIER_TEST_TIMEOUT_FACTOR}")
    cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/tests OUTPUT_VARIABLE folder)
    string(REGEX REPLACE "/.*" "" folder "${folder}")
    if(folder MATCHES "^[a-z]")
        list(APPEND labels ${folder})
    endif()
    if(folder IN_LIST pier_one_thread_folders)
        list(APPEND labels one-thread)
    endif()
    set_tests_properties(
        ${name} PROPERTIES TIMEOUT ${timeout} LABELS "${labels}" ENVIRONMENT "${environment}" SKIP_RETURN_CODE 77
                           RUN_SERIAL ${serial})
endfunction()

function(pier_add_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "FAULTS;SERIAL" "NAME;TIMEOUT" "SOURCES;LINKS;LABELS;ARGS;ENVIRONMENT")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
        message(FATAL_ERROR "pier_add_test(${arg_NAME}): NAME or SOURCES missing, or unknown: ${arg_UNPARSED_ARGUMENTS}")
    endif()
    add_executable(${arg_NAME} ${arg_SOURCES})
    target_include_directories(${arg_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/lib ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${arg_NAME} PRIVATE PIER_TESTS_DIR="${PROJECT_SOURCE_DIR}/tests"
                                                   PIER_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${arg_NAME} PRIVATE pier_flags pier_test_support ${arg_LINKS})
    if(arg_FAULTS)
        target_link_libraries(${arg_NAME} PRIVATE pier_test_faults)
        list(APPEND arg_LABELS faults)
    endif()
    # The tests of floors 1 to 3 say which errors they met, and tests/errors looks whether that is all there are.
    cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME floor)
    if(floor MATCHES "^(address|socket|file)$")
        target_link_libraries(${arg_NAME} PRIVATE pier_test_error_log)
        set(log ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.errors)
        list(APPEND arg_ENVIRONMENT PIER_TEST_ERROR_LOG=${log})
        set_property(GLOBAL APPEND PROPERTY PIER_ERROR_LOGS ${log})
    endif()
    # Last, so that the static archive answers what the libraries before it ask.
    target_link_libraries(${arg_NAME} PRIVATE pier_static)
    add_test(NAME ${arg_NAME} COMMAND ${PIER_TEST_LAUNCHER} $<TARGET_FILE:${arg_NAME}> ${arg_ARGS})
    pier__finish_test(${arg_NAME} "unit;${arg_LABELS}" "${arg_ENVIRONMENT}" "${arg_TIMEOUT}" ${arg_SERIAL})
    if(floor MATCHES "^(address|socket|file)$")
        set_tests_properties(${arg_NAME} PROPERTIES FIXTURES_SETUP error_logs)
    endif()
endfunction()

function(pier_add_command_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "SERIAL" "NAME;TIMEOUT" "COMMAND;LABELS;ENVIRONMENT")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_COMMAND)
        message(FATAL_ERROR "pier_add_command_test(${arg_NAME}): NAME or COMMAND missing, or unknown: "
                            "${arg_UNPARSED_ARGUMENTS}")
    endif()
    add_test(NAME ${arg_NAME} COMMAND ${arg_COMMAND})
    pier__finish_test(${arg_NAME} "${arg_LABELS}" "${arg_ENVIRONMENT}" "${arg_TIMEOUT}" ${arg_SERIAL})
endfunction()
