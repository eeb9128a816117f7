/**
 * What a broker takes of the machine when it does nothing, and what it leaves to the garbage collector when it works.
 *
 * <p>{@link io.eventbroker.bench.footprint.FootprintCommand} is the command, {@code Part} the list of what is measured,
 * each in a JVM of its own, whose main class is {@code FootprintRun}. {@code Idle}, {@code HeapPerSubscription},
 * {@code Names} and {@code Allocation} measure.
 */
@NullMarked
package io.eventbroker.bench.footprint;

import org.jspecify.annotations.NullMarked;
