# What is installed: headers, libraries, the command, the package files for CMake and pkg-config, the documents.
include(CMakePackageConfigHelpers)
set(PIER_INSTALL_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/pier)

# Headers.
get_property(headers GLOBAL PROPERTY PIER_HEADERS)
list(REMOVE_ITEM headers version.h)
if(EXISTS ${PROJECT_SOURCE_DIR}/include/pier/pier.h)
    list(APPEND headers pier.h)
endif()
list(TRANSFORM headers PREPEND ${PROJECT_SOURCE_DIR}/include/pier/)
install(
    FILES ${headers} ${PROJECT_BINARY_DIR}/include/pier/version.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pier
    COMPONENT development)

# Libraries. Each has an export of its own, so that a program which takes the shared one needs nothing of what the
# static one is linked with.
if(PIER_BUILD_SHARED)
    install(
        TARGETS pier
        EXPORT pier-shared
        RUNTIME COMPONENT runtime
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
    install(
        EXPORT pier-shared
        NAMESPACE pier::
        DESTINATION ${PIER_INSTALL_CMAKEDIR}
        COMPONENT development)
endif()
if(PIER_BUILD_STATIC)
    install(
        TARGETS pier_static
        EXPORT pier-static
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
    install(
        EXPORT pier-static
        NAMESPACE pier::
        DESTINATION ${PIER_INSTALL_CMAKEDIR}
        COMPONENT development)
endif()

# What the floors are linked with, as a static library hands it on: by package where all systems agree on its name, by
# library for msgpack-c, whose package was renamed between versions.
get_property(packages GLOBAL PROPERTY PIER_PACKAGES)
list(REMOVE_DUPLICATES packages)
set(PIER_DEPENDENCIES "")
set(PIER_PC_REQUIRES "")
set(PIER_PC_LIBS "")
foreach(package IN LISTS packages)
    string(REGEX REPLACE "::.*" "" name ${package})
    string(APPEND PIER_DEPENDENCIES "    find_dependency(${name})\n")
    if(name STREQUAL "CAres")
        string(APPEND PIER_PC_REQUIRES " libcares")
    elseif(name STREQUAL "XXHash")
        string(APPEND PIER_PC_REQUIRES " libxxhash")
    elseif(name STREQUAL "OpenSSL")
        string(APPEND PIER_PC_REQUIRES " libcrypto")
    elseif(name STREQUAL "ZLIB")
        string(APPEND PIER_PC_REQUIRES " zlib")
    elseif(name STREQUAL "Libdeflate")
        string(APPEND PIER_PC_REQUIRES " libdeflate")
    elseif(name STREQUAL "MsgpackC")
        cmake_path(GET MsgpackC_LIBRARY STEM library)
        string(REGEX REPLACE "^lib" " -l" library ${library})
        string(APPEND PIER_PC_LIBS ${library})
    else()
        message(FATAL_ERROR "cmake/PierInstall.cmake does not know how pkg-config calls ${package}")
    endif()
endforeach()

# The package for CMake.
configure_package_config_file(cmake/pier-config.cmake.in ${PROJECT_BINARY_DIR}/cmake/pier-config.cmake
                              INSTALL_DESTINATION ${PIER_INSTALL_CMAKEDIR} PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/pier-config-version.cmake COMPATIBILITY SameMajorVersion)
install(
    FILES ${PROJECT_BINARY_DIR}/cmake/pier-config.cmake
          ${PROJECT_BINARY_DIR}/cmake/pier-config-version.cmake
          ${PROJECT_SOURCE_DIR}/cmake/FindCAres.cmake
          ${PROJECT_SOURCE_DIR}/cmake/FindLibdeflate.cmake
          ${PROJECT_SOURCE_DIR}/cmake/FindMsgpackC.cmake
          ${PROJECT_SOURCE_DIR}/cmake/FindXXHash.cmake
          ${PROJECT_SOURCE_DIR}/cmake/PierProtos.cmake
    DESTINATION ${PIER_INSTALL_CMAKEDIR}
    COMPONENT development)

# The package for pkg-config.
if(PIER_BUILD_SHARED)
    set(PIER_PC_REQUIRES "Requires.private:${PIER_PC_REQUIRES}")
    set(PIER_PC_LIBS "Libs: -L\${libdir} -lpier\nLibs.private:${PIER_PC_LIBS}")
else()
    set(PIER_PC_REQUIRES "Requires:${PIER_PC_REQUIRES}")
    set(PIER_PC_LIBS "Libs: -L\${libdir} -lpier${PIER_PC_LIBS}")
endif()
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE
           PIER_PC_LIBDIR)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE
           PIER_PC_INCLUDEDIR)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE
           PIER_PC_PREFIX)
configure_file(cmake/pier.pc.in ${PROJECT_BINARY_DIR}/cmake/pier.pc @ONLY)
install(
    FILES ${PROJECT_BINARY_DIR}/cmake/pier.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT development)

# The command; it finds the library beside it, wherever both are moved together.
if(TARGET pier_command)
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_BINDIR} OUTPUT_VARIABLE
               libraries)
    set_target_properties(pier_command PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries}")
    install(TARGETS pier_command RUNTIME COMPONENT runtime)
endif()

# The schema compiler, and the options that schemas import.
if(TARGET protoc-gen-pier)
    cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY ${CMAKE_INSTALL_FULL_BINDIR} OUTPUT_VARIABLE
               libraries)
    set_target_properties(protoc-gen-pier PROPERTIES INSTALL_RPATH "$ORIGIN/${libraries}")
    install(
        TARGETS protoc-gen-pier
        EXPORT pier-compiler
        RUNTIME COMPONENT development)
    install(
        EXPORT pier-compiler
        NAMESPACE pier::
        DESTINATION ${PIER_INSTALL_CMAKEDIR}
        COMPONENT development)
    install(
        FILES ${PROJECT_SOURCE_DIR}/proto/pier/options.proto ${PROJECT_SOURCE_DIR}/proto/pier/recording.proto
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/pier
        COMPONENT development)
endif()

# The documents.
foreach(document README.md LICENSE CHANGELOG.md SECURITY.md proto/recording.md proto/wire.md)
    if(EXISTS ${PROJECT_SOURCE_DIR}/${document})
        install(
            FILES ${document}
            DESTINATION ${CMAKE_INSTALL_DOCDIR}
            COMPONENT development)
    endif()
endforeach()
