/**
 * Return management as a service: returns come in over HTTP, are stored, and departments that know nothing of each other
 * do their part. It shows how a service makes a broker safe that delivers at most once: {@code docs/service.md}.
 *
 * <pre>{@code
 * POST /api/returns ─▶ table ─▶ commit ─▶ ReturnCreated ─┬▶ billing ───────┐
 *                        ▲                               ├▶ warehouse ─────┤ each: effect into the table, commit,
 *                        │                               ├▶ inventory ─────┤       then its decision as an event
 *                        │                               └▶ notifications ─┘
 *                        │                                                 └─▶ completion ─▶ ReturnCompleted
 *  catch-up: what the table says is still to do            everything ─▶ audit log, live pages
 * }</pre>
 *
 * <p>Begin with {@link io.eventbroker.examples.service.ReturnService}, which wires it together, and
 * {@link io.eventbroker.examples.service.Desk}, where a department meets the broker.
 */
@NullMarked
package io.eventbroker.examples.service;

import org.jspecify.annotations.NullMarked;
