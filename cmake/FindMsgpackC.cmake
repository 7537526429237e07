# Finds msgpack-c, the C library of MessagePack: the target MsgpackC::MsgpackC.
#
# Its own package files were renamed between versions (msgpack, msgpack-c); the header and the library tell enough.
find_path(MsgpackC_INCLUDE_DIR msgpack/pack_template.h)
find_library(MsgpackC_LIBRARY NAMES msgpackc msgpack-c)
mark_as_advanced(MsgpackC_INCLUDE_DIR MsgpackC_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(MsgpackC REQUIRED_VARS MsgpackC_LIBRARY MsgpackC_INCLUDE_DIR)
if(MsgpackC_FOUND AND NOT TARGET MsgpackC::MsgpackC)
    add_library(MsgpackC::MsgpackC UNKNOWN IMPORTED)
    set_target_properties(MsgpackC::MsgpackC PROPERTIES IMPORTED_LOCATION "${MsgpackC_LIBRARY}"
                                                        INTERFACE_INCLUDE_DIRECTORIES "${MsgpackC_INCLUDE_DIR}")
endif()
