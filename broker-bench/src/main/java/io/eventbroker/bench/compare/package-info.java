/**
 * What the broker carries end to end, beside its peers and on the same machine.
 *
 * <p>{@link io.eventbroker.bench.compare.CompareCommand} is the command, {@code Comparison} the order of the runs, {@code
 * ForkedRun} the other end of a run in a JVM of its own, {@code Result} what came of a contender in a scenario, {@code
 * Tables} what is told of it and {@code Gate} what it means for the targets. The contenders are in {@link
 * io.eventbroker.bench.compare.peers}, what they are put under in {@link io.eventbroker.bench.compare.load}.
 */
@NullMarked
package io.eventbroker.bench.compare;

import org.jspecify.annotations.NullMarked;
