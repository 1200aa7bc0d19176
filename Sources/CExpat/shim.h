/* expat's own header is callable from Swift as it is; nothing needs a shim function. */
#ifndef CEXPAT_SHIM_H
#define CEXPAT_SHIM_H

#include <expat.h>

#endif
