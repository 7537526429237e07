# Turns the comments of the public headers into doxygen's.
#
# The head of a file describes the file; a comment before a declaration describes that one and those that follow without
# a blank line; one behind a member or a macro describes it. Code in comments, between backticks or indented by
# five columns or more, stays as it is; elsewhere, signs that doxygen would take for commands are escaped.
function escaped(text,    parts, count, i, result) {
    # Every other part stands between backticks.
    count = split(text, parts, "`")
    for (i = 1; i <= count; i += 2) {
        gsub(/[@\\]/, "\\\\&", parts[i])
        gsub(/</, "\\<", parts[i])
    }
    result = parts[1]
    for (i = 2; i <= count; i++) {
        # A percent sign would keep doxygen from making a link of the word behind it, and vanish.
        gsub(/%/, "%%", parts[i])
        result = result "`" parts[i]
    }
    return result
}

# Returns one line of a comment as doxygen should read it; `body` is what stands between the comment's signs.
function described(body) {
    if (body ~ /^ ?\*     /) {
        body = (in_code ? "  " : " * @verbatim") substr(body, index(body, "*") + 1)
        in_code = 1
        return body
    }
    body = escaped(body)
    if (in_code) {
        sub(/^ ?\*/, "@endverbatim", body)
        in_code = 0
    }
    return body
}

function take_line(text,    end, line) {
    end = index(text, "*/")
    inside = !end
    if (!end) {
        return described(text)
    }
    line = described(substr(text, 1, end - 1))
    if (in_code) {
        line = line " @endverbatim"
        in_code = 0
    }
    return line substr(text, end)
}

{
    start = index($0, "/*")
    if (inside) {
        line = take_line($0)
        shared = shared line "\n"
        print line
    } else if (start) {
        before = substr($0, 1, start - 1)
        line = take_line(substr($0, start + 2))
        if (NR == 1) {
            print "/** @file"
            print " *" line
        } else if (before ~ /^ *$/) {
            shared = "/**" line "\n"
            declared = 0
            print before "/**" line
        } else {
            print before "/**<" line
        }
    } else {
        if ($0 == "") {
            shared = ""
        } else if ($0 ~ /^(PIER_API|static inline) / && shared != "") {
            if (declared) {
                printf "%s", shared
            }
            declared = 1
        }
        print
    }
}
