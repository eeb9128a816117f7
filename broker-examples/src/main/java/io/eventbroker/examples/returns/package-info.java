/**
 * Return management: one event, four departments that react to it in parallel, and an audit that sees everything.
 *
 * <pre>{@code
 *                                          ┌▶ billing ───────▶ RefundIssued, ReviewRequested ┐
 * retail file ─▶ replay ─▶ ReturnCreated ──┼▶ warehouse ─────▶ ParcelExpected ───────────────┼─┐
 *                                          ├▶ inventory ─────▶ RestockPlanned ───────────────┤ │
 *                                          └▶ notifications ─▶ CustomerNotified ─────────────┘ │
 *                          everything on the topic "returns" ─▶ audit ◀───────────────────────┘
 * }</pre>
 *
 * The departments and the audit have asked for backpressure: when too much waits for one of them, the file waits, and no
 * refund is lost. They wait for nothing but the audit, which publishes nothing, so nobody waits for himself.
 *
 * <p>Begin with {@link io.eventbroker.examples.returns.Replay}, which wires it together, and
 * {@link io.eventbroker.examples.returns.Billing}, which is a typical department.
 */
@NullMarked
package io.eventbroker.examples.returns;

import org.jspecify.annotations.NullMarked;
