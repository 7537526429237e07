# Finds protobuf-c for the schema compiler: the target ProtobufC::ProtobufC, the program ProtobufC_COMPILER that makes C of
# descriptors, and ProtobufC_IMPORT_DIR, the folder with google/protobuf/compiler/plugin.proto and descriptor.proto.
find_path(ProtobufC_INCLUDE_DIR protobuf-c/protobuf-c.h)
find_library(ProtobufC_LIBRARY NAMES protobuf-c)
find_program(ProtobufC_COMPILER protoc-c)
find_path(ProtobufC_IMPORT_DIR google/protobuf/compiler/plugin.proto)
mark_as_advanced(ProtobufC_INCLUDE_DIR ProtobufC_LIBRARY ProtobufC_COMPILER ProtobufC_IMPORT_DIR)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ProtobufC REQUIRED_VARS ProtobufC_LIBRARY ProtobufC_INCLUDE_DIR ProtobufC_COMPILER
                                                          ProtobufC_IMPORT_DIR)
if(ProtobufC_FOUND AND NOT TARGET ProtobufC::ProtobufC)
    add_library(ProtobufC::ProtobufC UNKNOWN IMPORTED)
    set_target_properties(ProtobufC::ProtobufC PROPERTIES IMPORTED_LOCATION "${ProtobufC_LIBRARY}"
                                                          INTERFACE_INCLUDE_DIRECTORIES "${ProtobufC_INCLUDE_DIR}")
endif()
