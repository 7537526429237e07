# The API reference, made from the public headers by the target `docs` into docs/html of the build folder.
find_package(Doxygen QUIET)
if(DOXYGEN_FOUND)
    configure_file(docs/Doxyfile.in docs/Doxyfile @ONLY)
    add_custom_target(
        docs
        COMMAND Doxygen::doxygen ${PROJECT_BINARY_DIR}/docs/Doxyfile
        COMMAND ${CMAKE_COMMAND} -DWARNINGS=${PROJECT_BINARY_DIR}/docs/warnings.txt -P
                ${PROJECT_SOURCE_DIR}/cmake/CheckDocs.cmake
        COMMENT "Making the API reference"
        VERBATIM)
endif()
