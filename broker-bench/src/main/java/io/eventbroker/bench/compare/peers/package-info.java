/**
 * The contenders: the broker, its peers, and the limits.
 *
 * <p>To add one, implement {@link io.eventbroker.bench.compare.load.Contender} and name it in
 * {@link io.eventbroker.bench.compare.peers.Entry}, with two settings of which its documentation speaks.
 */
@NullMarked
package io.eventbroker.bench.compare.peers;

import org.jspecify.annotations.NullMarked;
