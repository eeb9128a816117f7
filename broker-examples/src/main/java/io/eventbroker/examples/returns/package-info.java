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
 * Begin with {@link io.eventbroker.examples.returns.Replay}, which wires it together, and
 * {@link io.eventbroker.examples.returns.Billing}, which is a typical department.
 */
@NullMarked
package io.eventbroker.examples.returns;

import org.jspecify.annotations.NullMarked;
