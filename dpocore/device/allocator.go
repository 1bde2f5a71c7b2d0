package device

// The file allocator.c makes glibc keep freed memory in one place for the next allocation of any thread. Every call of a graph
// allocates its results and frees them soon after. By default glibc returns large blocks to the system and gets new pages for
// the next call, which the system has to clear, and each thread keeps freed memory that the others can't use. What a process
// takes at most is then what it needs at one time, and a step has hardly any page faults.

import "C"
