/*
 * Times the codec that asn1c generates from msd.asn1, with the same vector and the same counts as the Swift program.
 *
 * usage: generated HEX BATCHES OPERATIONS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ECallMessage.h"
#include "MSDMessage.h"

#define MAXIMUM_OCTETS 140

static void stop(const char *what) {
    fprintf(stderr, "generated: %s\n", what);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Both layers: the version and the octets, then the message in the octets. */
static MSDMessage_t *decode(const unsigned char *octets, size_t count) {
    ECallMessage_t *outer = 0;
    MSDMessage_t *message = 0;
    asn_dec_rval_t read = uper_decode_complete(0, &asn_DEF_ECallMessage, (void **)&outer, octets, count);
    if (read.code != RC_OK || outer->msdVersion != 3) stop("the outer layer does not decode");
    read = uper_decode_complete(0, &asn_DEF_MSDMessage, (void **)&message, outer->msd.buf, outer->msd.size);
    if (read.code != RC_OK) stop("the message does not decode");
    ASN_STRUCT_FREE(asn_DEF_ECallMessage, outer);
    return message;
}

static size_t encode(MSDMessage_t *message, unsigned char *into) {
    unsigned char inner[MAXIMUM_OCTETS];
    asn_enc_rval_t wrote = uper_encode_to_buffer(&asn_DEF_MSDMessage, message, inner, sizeof inner);
    if (wrote.encoded < 0) stop("the message does not encode");
    ECallMessage_t outer;
    memset(&outer, 0, sizeof outer);
    outer.msdVersion = 3;
    outer.msd.buf = inner;
    outer.msd.size = (wrote.encoded + 7) / 8;
    wrote = uper_encode_to_buffer(&asn_DEF_ECallMessage, &outer, into, MAXIMUM_OCTETS);
    if (wrote.encoded < 0) stop("the outer layer does not encode");
    return (wrote.encoded + 7) / 8;
}

int main(int argc, char **argv) {
    if (argc != 4) stop("usage: generated HEX BATCHES OPERATIONS");
    unsigned char octets[MAXIMUM_OCTETS], back[MAXIMUM_OCTETS];
    size_t count = strlen(argv[1]) / 2;
    if (count == 0 || count > sizeof octets) stop("the vector has no length of an MSD");
    for (size_t i = 0; i < count; i++) {
        unsigned value;
        if (sscanf(argv[1] + 2 * i, "%2x", &value) != 1) stop("the vector is not hexadecimal");
        octets[i] = value;
    }
    int batches = atoi(argv[2]), operations = atoi(argv[3]);
    if (batches < 1 || operations < 1) stop("counts start at 1");

    MSDMessage_t *message = decode(octets, count);
    if (encode(message, back) != count || memcmp(octets, back, count) != 0) stop("the vector does not come back");

    double *decoding = malloc(batches * sizeof(double)), *encoding = malloc(batches * sizeof(double));
    if (!decoding || !encoding) stop("out of memory");
    unsigned long sum = 0;
    for (int batch = 0; batch < batches; batch++) {
        double start = now();
        for (int i = 0; i < operations; i++) {
            MSDMessage_t *read = decode(octets, count);
            sum += read->msdStructure.messageIdentifier;
            ASN_STRUCT_FREE(asn_DEF_MSDMessage, read);
        }
        double middle = now();
        for (int i = 0; i < operations; i++) {
            message->msdStructure.messageIdentifier = i & 255;
            encode(message, back);
            sum += back[3];
        }
        encoding[batch] = (now() - middle) / operations;
        decoding[batch] = (middle - start) / operations;
    }
    qsort(decoding, batches, sizeof(double), ascending);
    qsort(encoding, batches, sizeof(double), ascending);
    printf("generated decode\t%.0f\tns\n", decoding[batches / 2]);
    printf("generated encode\t%.0f\tns\n", encoding[batches / 2]);
    printf("generated checksum\t%lu\t\n", sum);
    return 0;
}
