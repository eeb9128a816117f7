/**
 * A gallery of concurrency patterns, to be read and copied: each example is one short class with a piece to reuse and a
 * {@code run} that shows it. Where messages flow the piece is made of the broker, elsewhere of the JDK's own classes.
 *
 * <p>Begin with {@link io.eventbroker.examples.gallery.Gallery}, which lists them; {@code docs/gallery.md} tells when to
 * use which, and what each is called in Go.
 */
@NullMarked
package io.eventbroker.examples.gallery;

import org.jspecify.annotations.NullMarked;
