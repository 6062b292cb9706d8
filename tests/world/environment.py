"""world.env: everything a stranger's shell script needs to use a running world, with the commands to try."""

import os
import re
import shlex


def write_environment(path, values, comments):
    """One assignment a line, then the comments. It holds passwords: for its owner only."""
    head = f"# The world that stands here. Read it into a shell:  . {shlex.quote(path)}\n"
    assignments = "".join(f"{name}={shlex.quote(str(value))}\n" for name, value in values.items())
    write_secret(path, head + assignments + comments)


def write_secret(path, text):
    """Replace the file as a whole, readable to its owner only."""
    new = path + ".new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(new, path)


def read_environment(path):
    """What write_environment() has written, as a dictionary."""
    with open(path, encoding="utf-8") as file:
        words = [shlex.split(line) for line in file if line.startswith("WORLD_")]
    return dict(word[0].split("=", 1) for word in words)


def name(uid):
    """How a variable about the person begins: WORLD_CITY_JINAN_1."""
    return "WORLD_" + uid.upper().replace("-", "_")


def people(ldif):
    """The assignments for the people of an LDIF text: address and DN of every entry that has a login name.

    WORLD_CITY_JINAN_1_MAIL and …_DN come from uid city-jinan-1; WORLD_REVIEWERS_370100 lists the addresses of a group.
    """
    records = [dict(re.findall(r"^(\w+): (.*)$", record, re.MULTILINE)) for record in ldif.split("\n\n")]
    accounts = [record for record in records if "uid" in record]
    found = {}
    for account in accounts:
        begin = name(account["uid"])
        found |= {f"{begin}_MAIL": account["mail"], f"{begin}_DN": account["dn"]}
    addresses = {account["dn"]: account["mail"] for account in accounts}
    for group in ldif.split("\n\n"):
        code = re.search(r"^dn: cn=reviewers,ou=(\d+),", group, re.MULTILINE)
        if code:
            members = re.findall(r"^member: (.*)$", group, re.MULTILINE)
            found[f"WORLD_REVIEWERS_{code[1]}"] = " ".join(addresses[member] for member in members)
    return found


COMMENTS = """
# Send the form that stands ready, of an enterprise of Jinan, from its own address (the form names it):
#   swaks --server 127.0.0.1:$WORLD_SMTP_PORT --from new@example.com --to $WORLD_ADDRESS --h-Subject registration \\
#         --body 'see attachment' --attach-type application/xml --attach-name table5.xml --attach @$WORLD_FORM
# The same from a sender whose domain has passed DMARC: use $WORLD_PROVEN_PORT instead.
# Answer a letter, here the receipt and the review; its token stands in its subject and in its Reply-To:
#   swaks --server 127.0.0.1:$WORLD_SMTP_PORT --from new@example.com --to countersign+TOKEN@example.com --body 确认
#   swaks --server 127.0.0.1:$WORLD_SMTP_PORT --from $WORLD_CITY_JINAN_1_MAIL --to countersign+TOKEN@example.com \\
#         --body '同意 留档编号：济建留档〔2026〕0001号'
# The same signed (S/MIME), by the certificate that the directory has for this reviewer and for $WORLD_PROVINCE_1_MAIL; what it proves:
#   printf 'Content-Type: text/plain; charset=utf-8\\n\\n同意 留档编号：济建留档〔2026〕0001号\\n' |
#       openssl cms -sign -signer $WORLD_CITY_JINAN_1_CERTIFICATE -inkey $WORLD_CITY_JINAN_1_KEY -out $WORLD_DIR/signed.eml \\
#           -from $WORLD_CITY_JINAN_1_MAIL -to countersign+TOKEN@example.com -subject answer
#   $WORLD_COUNTERSIGN -c $WORLD_CONF explain $WORLD_DIR/signed.eml
#   swaks --server 127.0.0.1:$WORLD_SMTP_PORT --from $WORLD_CITY_JINAN_1_MAIL --to countersign+TOKEN@example.com --data @$WORLD_DIR/signed.eml
# Read anybody's mailbox, the applicant's, a reviewer's ($WORLD_CITY_JINAN_1_MAIL): every address has one password.
#   curl --cacert $WORLD_CA --user new@example.com:$WORLD_MAIL_PASSWORD imaps://127.0.0.1:$WORLD_IMAPS_PORT/INBOX -X 'UID SEARCH ALL'
#   curl --cacert $WORLD_CA --user new@example.com:$WORLD_MAIL_PASSWORD "imaps://127.0.0.1:$WORLD_IMAPS_PORT/INBOX;UID=1"
# A mail client wants: IMAP 127.0.0.1 $WORLD_IMAP_PORT (STARTTLS), SMTP 127.0.0.1 $WORLD_SUBMISSION_PORT (STARTTLS),
# login = the whole address, the certificate authority $WORLD_CA.
# Look at the directory as its administrator; log in to it as somebody:
#   ldapsearch -x -H $WORLD_LDAP_URL -D "$WORLD_ADMIN_DN" -w $WORLD_ADMIN_PASSWORD -b $WORLD_SUFFIX '(objectClass=csEnterprise)'
#   ldapwhoami -x -H $WORLD_LDAP_URL -D "$WORLD_E1_JINAN_DN" -w $WORLD_PASSWORD
#   LDAPTLS_CACERT=$WORLD_CA ldapsearch -x -H $WORLD_LDAPS_URL -D ...
# Ask the daemon:
#   $WORLD_COUNTERSIGN -c $WORLD_CONF list
# Addresses that misbehave: nobody-here@example.com (550), later@example.com (450), returned@example.com (bounces).
# End it, and only it:
#   make world-stop DIR=$WORLD_DIR
"""
