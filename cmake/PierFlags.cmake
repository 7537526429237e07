# The flags of Pier's own code, on two interface targets that are never installed:
#
#   pier_flags      everything: language, warnings, sanitizers, coverage; for the library, the command and the tests
#   pier_runtime    what is linked and compiled because of sanitizers and coverage alone; for the samples too, which
#                   otherwise compile as a user's program would
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_library(pier_runtime INTERFACE)
if(PIER_SANITIZE)
    list(JOIN PIER_SANITIZE "," pier_sanitizers)
    set(pier_sanitizer_flags -fsanitize=${pier_sanitizers} -fno-omit-frame-pointer)
    if("undefined" IN_LIST PIER_SANITIZE)
        # Undefined behaviour must fail a test, not only be printed.
        list(APPEND pier_sanitizer_flags -fno-sanitize-recover=all)
    endif()
    if("memory" IN_LIST PIER_SANITIZE)
        list(APPEND pier_sanitizer_flags -fsanitize-memory-track-origins)
    endif()
    target_compile_options(pier_runtime INTERFACE ${pier_sanitizer_flags})
    target_link_options(pier_runtime INTERFACE ${pier_sanitizer_flags})
endif()
if(PIER_COVERAGE)
    # Threads count into the same counters.
    target_compile_options(pier_runtime INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(pier_runtime INTERFACE --coverage)
endif()
if(PIER_FUZZ)
    target_compile_options(pier_runtime INTERFACE -fsanitize=fuzzer-no-link)
    if(NOT PIER_SANITIZE)
        # For the number of executions: each comparison that is traced costs as much as a sanitizer.
        target_compile_options(pier_runtime INTERFACE -fno-sanitize-coverage=trace-cmp)
    endif()
endif()

add_library(pier_flags INTERFACE)
target_link_libraries(pier_flags INTERFACE pier_runtime)
# accept4, ppoll and their like; empty, so that a file which defines it for itself agrees.
target_compile_definitions(pier_flags INTERFACE $<$<COMPILE_LANGUAGE:C>:_GNU_SOURCE=>)
target_compile_options(
    pier_flags
    INTERFACE -Wall
              -Wextra
              -Wpedantic
              -Wconversion
              -Wshadow
              -Wcast-align
              -Wundef
              -Wformat=2
              -Wvla
              $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
              $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
              $<$<COMPILE_LANG_AND_ID:C,GNU>:-Wlogical-op>
              $<$<COMPILE_LANG_AND_ID:C,GNU>:-Wduplicated-cond>
              $<$<BOOL:${PIER_WERROR}>:-Werror>
              $<$<BOOL:${PIER_ASSERTIONS}>:-UNDEBUG>)
if(PIER_SANITIZE)
    # Below -O2 gcc guesses the lengths of texts, and wrongly; the other builds are told of those that do not fit.
    target_compile_options(pier_flags INTERFACE $<$<COMPILE_LANG_AND_ID:C,GNU>:-Wno-format-truncation>)
endif()
