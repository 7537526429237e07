# The API reference, made from the public headers by the target `docs` into docs/html of the build folder. Where doxygen
# is installed, a test makes it, too.
find_package(Doxygen QUIET)
if(DOXYGEN_FOUND)
    configure_file(docs/Doxyfile.in docs/Doxyfile @ONLY)
    set(command
        ${CMAKE_COMMAND} -DDOXYGEN=${DOXYGEN_EXECUTABLE} -DDOXYFILE=${PROJECT_BINARY_DIR}/docs/Doxyfile
        -DWARNINGS=${PROJECT_BINARY_DIR}/docs/warnings.txt -P ${PROJECT_SOURCE_DIR}/cmake/MakeDocs.cmake)
    add_custom_target(
        docs
        COMMAND ${command}
        COMMENT "Making the API reference"
        VERBATIM)
    if(PIER_BUILD_TESTS AND NOT PIER_SANITIZE)
        pier_add_command_test(NAME reference COMMAND ${command} LABELS headers)
    endif()
endif()
