/**
 * Load held: publishers and subscribers of every kind on one broker after the other, and a ledger of what each of them
 * must see. It uses the broker as any program does, so what it finds is independent of the core's own tests.
 */
@NullMarked
package io.eventbroker.bench.soak;

import org.jspecify.annotations.NullMarked;
