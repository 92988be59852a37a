/* Puts a file into a library: NAME and NAME_end are its bytes. For C and C++. */
#ifndef EXAMPLES_EMBED_H
#define EXAMPLES_EMBED_H

#define EMBED(name, path)                                                                        \
  __asm__(".section .rodata\n.hidden " #name "\n.hidden " #name "_end\n.globl " #name "\n"      \
          ".globl " #name "_end\n" #name ":\n.incbin \"" path "\"\n" #name "_end:\n.byte 0\n.text\n")

#endif
