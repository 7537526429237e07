# Runs doxygen and reads its warnings: cmake -DDOXYGEN=… -DDOXYFILE=… -DWARNINGS=… -P MakeDocs.cmake
#
# A warning about anything but an undocumented member, or about an undocumented function, is an error. Members, macros
# and enumerators may be explained together by one comment, so those are not counted.
execute_process(COMMAND ${DOXYGEN} ${DOXYFILE} COMMAND_ERROR_IS_FATAL ANY)
file(READ ${WARNINGS} text)
string(REPLACE ";" "," text "${text}")
string(REPLACE "\n" ";" lines "${text}")
set(errors "")
foreach(line IN LISTS lines)
    if(line AND NOT line MATCHES "\\((variable|macro definition|enumvalue|enumeration|typedef)\\) of .* is not documented"
       AND NOT line MATCHES "^  ")
        string(APPEND errors "${line}\n")
    endif()
endforeach()
if(errors)
    message(NOTICE "${errors}")
    message(FATAL_ERROR "the comments of the headers do not make a reference")
endif()
