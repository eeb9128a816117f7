/**
 * Where returns are kept: a pooled database, its migrations, and every statement that is put to it. What is in the
 * tables is the truth; events only tell that there is something to do.
 */
@NullMarked
package io.eventbroker.examples.service.store;

import org.jspecify.annotations.NullMarked;
