/* Every limit on what strangers send, by room. Change a number here and nowhere else. */
#ifndef MAILFLOW_LIMITS_H
#define MAILFLOW_LIMITS_H

/* Forms (domain.md 4) */
#define LIMIT_FORM_BYTES (1024 * 1024) /* of one form, as sent and again once decoded to UTF-8 */
#define LIMIT_FORM_DEPTH 16            /* elements inside each other */
#define LIMIT_FORM_ELEMENTS 5000       /* of one form: 200 trainees with every field filled are 2,600 */
#define LIMIT_FORM_TAG_BYTES 4096      /* of one tag with its attributes */
#define LIMIT_FORM_ATTRIBUTES 16       /* of one element, namespace declarations included */
#define LIMIT_FORM_VALUE_BYTES 8192    /* of one field as sent, in UTF-8; the longest the schemas allow is 500 characters */
#define LIMIT_FORM_CODE_BYTES 256      /* of one normalised field whose type sets no length */
#define LIMIT_FORM_FINDINGS 200        /* told to the sender about one form */
#define LIMIT_FORM_QUOTE_BYTES 80      /* of a sender's text (an element's name, a parser's words) quoted in a finding */

/* A picture that a form names (picture.h) */
#define LIMIT_PICTURE_KB 200 /* it becomes a value of an entry, which every search of the entry carries */
#define LIMIT_PICTURE_BYTES (LIMIT_PICTURE_KB * 1024)
#define LIMIT_PICTURE_SIDE 5000 /* pixels; what unpacks to more is no portrait */

/* A message (message.h). Sizes in bytes. */
#define LIMIT_MESSAGE_BYTES (8 * 1024 * 1024) /* larger: only its header is read and the sender told (E-SIZE) */
#define LIMIT_HEADER_BYTES (256 * 1024)       /* the message's own header block */
#define LIMIT_HEADERS 1000                    /* header fields of the message */
#define LIMIT_HEADER_VALUE (16 * 1024)        /* of one field, as far as it is looked at */
#define LIMIT_PART_HEADER_BYTES (16 * 1024)   /* the header block of one MIME part */
#define LIMIT_PART_HEADERS 50
#define LIMIT_PARTS 200               /* MIME parts, containers included */
#define LIMIT_PART_DEPTH 20           /* multipart within multipart */
#define LIMIT_TEXT_BYTES (256 * 1024) /* of a text part, plain or HTML, as far as it is looked at */
#define LIMIT_RECIPIENTS 100          /* addresses of To, Cc, Delivered-To and X-Original-To that are kept */
#define LIMIT_REFERENCES 50           /* msg-ids of In-Reply-To and References that are kept */
#define LIMIT_SIGHTINGS 20            /* tokens seen in one message */
#define LIMIT_MESSAGE_ID 250          /* a longer msg-id is none */
#define LIMIT_ADDRESS 254             /* RFC 5321, 4.5.3.1.3: a longer address is none */
#define LIMIT_SUBJECT 1000            /* of the decoded subject */
#define LIMIT_FILE_NAME 255           /* of an attachment's decoded name */
#define LIMIT_OWN_BYTES (64 * 1024)   /* of a person's own words */
#define LIMIT_STAMP 2000              /* of an Authentication-Results header kept for the audit */
#define LIMIT_STAMPS 20               /* Authentication-Results headers that are looked at */

/* An S/MIME signature (signature.h) */
#define LIMIT_SIGNATURES 4                  /* that are looked at in one message, one around the other */
#define LIMIT_SIGNATURE_BYTES (128 * 1024)  /* of a detached one */
#define LIMIT_CERTIFICATE_BYTES (16 * 1024) /* of one certificate; a larger one is none */
#define LIMIT_CERTIFICATES 8                /* of authorities that come along with a signature, and addresses of one certificate */

/* What a responder answers about certificates (ocsp.h) */
#define LIMIT_RESPONDER_URL 500      /* of its address, as a certificate names it */
#define LIMIT_OCSP_BYTES (64 * 1024) /* of an answer */

/* A packet from the parser to the desk (packet.h, daemon/parser.h). */
#define LIMIT_PACKET_BYTES (24 * 1024 * 1024)
#define LIMIT_CHOICES 200       /* numbers in an answer (confirmation.h) */
#define LIMIT_BALLOT_NUMBER 200 /* requests of one list, and the largest number in an answer to it (ballot.h) */
#define LIMIT_BALLOT_LINES 500  /* lines of such an answer */
#define LIMIT_BALLOT_QUOTE 200  /* of a line quoted back */
#define LIMIT_FINDINGS 2000     /* findings of one message */
#define LIMIT_FIELDS 5000       /* fields of one form, as they travel */

#endif
