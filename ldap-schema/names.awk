# Makes the C header of names from the schema: awk -f names.awk 10-schema.ldif > names.h
# csCreditCode becomes ATTRIBUTE_CREDIT_CODE, class csEnterprise CLASS_ENTERPRISE, standard attributes keep their whole name: ATTRIBUTE_POSTAL_ADDRESS.

function define(kind, name,    bare, snake, i, letter) {
    bare = name
    sub(/^cs/, "", bare)
    for (i = 1; i <= length(bare); i++) {
        letter = substr(bare, i, 1)
        if (letter ~ /[A-Z]/ && substr(bare, i - 1, 1) ~ /[a-z]/)
            snake = snake "_"
        snake = snake toupper(letter)
    }
    printf "#define %s_%s \"%s\"\n", kind, snake, name
}

BEGIN {
    print "/* Made from ldap-schema/10-schema.ldif by names.awk: the one spelling of every attribute and class. */"
    print "#ifndef LDAP_SCHEMA_NAMES_H\n#define LDAP_SCHEMA_NAMES_H\n"
}
/^# standard:/ { for (i = 3; i <= NF; i++) define("ATTRIBUTE", $i) }
/^olcAttributeTypes:/ || /^olcObjectClasses:/ {
    split($0, quoted, "'")
    define(/^olcAttributeTypes:/ ? "ATTRIBUTE" : "CLASS", quoted[2])
}
END { print "\n#endif" }
