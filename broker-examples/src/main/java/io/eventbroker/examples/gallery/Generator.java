package io.eventbroker.examples.gallery;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A generator: the keys of a paged source, one after the other. For a source that is too large to be held, or has no end.
 * A page is fetched when its first key is asked for, not before, and only one is held; who stops in the middle leaves
 * nothing behind. In Go this is a goroutine that fills a channel, and must be told when nobody reads any more; in Java
 * an {@link Iterator} does without a thread. It does not fetch ahead: publish what it gives to a topic if that should
 * happen while others work. An iterator is for one thread; each loop gets its own.
 */
final class Generator implements Iterator<String> {
    /** Some keys, and what to ask for to get the next; null after the last page. */
    record Page(List<String> keys, @Nullable String next) {}

    /** A store that lists its keys page by page. The first page is asked for by null. */
    @FunctionalInterface
    interface Source {
        Page page(@Nullable String token) throws IOException;
    }

    private final Source source;
    private Iterator<String> keys = Collections.emptyIterator();
    private @Nullable String token;
    private boolean isLastPage;

    private Generator(Source source) {
        this.source = source;
    }

    static Iterable<String> keysOf(Source source) {
        return () -> new Generator(source);
    }

    @Override
    public boolean hasNext() {
        while (!keys.hasNext() && !isLastPage) { // a page may be empty, and not the last
            turn();
        }
        return keys.hasNext();
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the last key has been given");
        }
        return keys.next();
    }

    private void turn() {
        try {
            Page page = source.page(token);
            keys = page.keys().iterator();
            token = page.next();
            isLastPage = token == null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the keys", e);
        }
    }

    static void run(PrintWriter out) {
        Source endless = token -> {
            int page = token == null ? 1 : Integer.parseInt(token);
            out.println("fetched page " + page);
            return new Page(List.of(page + "a", page + "b"), Integer.toString(page + 1));
        };
        for (String key : keysOf(endless)) {
            out.println(key);
            if (key.equals("3a")) {
                break; // nothing needs to be stopped
            }
        }
    }
}
