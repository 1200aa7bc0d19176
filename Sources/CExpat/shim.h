/* expat's own header, and what cannot be called from Swift with every version of it. */
#ifndef CEXPAT_SHIM_H
#define CEXPAT_SHIM_H

#include <expat.h>

/* Where the parser is, lines counted from 1 and columns from 0. Later versions call expat's functions deprecated in favor
 * of forms that earlier ones do not have; both count far beyond the longest document that is read here. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline unsigned long cexpat_line(XML_Parser parser) { return XML_GetCurrentLineNumber(parser); }
static inline unsigned long cexpat_column(XML_Parser parser) { return XML_GetCurrentColumnNumber(parser); }
#pragma clang diagnostic pop

#endif
