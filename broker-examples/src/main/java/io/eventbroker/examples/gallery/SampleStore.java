package io.eventbroker.examples.gallery;

import io.eventbroker.examples.gallery.Generator.Page;
import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** A store to delete from: keys in memory, listed by pages of 100, some of which refuse to be deleted. For any thread. */
final class SampleStore {
    private static final int PAGE = 100;

    private final NavigableSet<String> keys = new ConcurrentSkipListSet<>();
    private final int refusedEach;

    /** Keys from 0 on; of so many one, the first included, cannot be deleted; with 0 all can. */
    SampleStore(int size, int refusedEach) {
        this.refusedEach = refusedEach;
        for (int i = 0; i < size; i++) {
            keys.add("key-%06d".formatted(i));
        }
    }

    /** The token is the last key that was listed, so that deleting meanwhile moves nothing. */
    Page page(@Nullable String token) {
        NavigableSet<String> rest = token == null ? keys : keys.tailSet(token, false);
        List<String> page = rest.stream().limit(PAGE).toList();
        return new Page(page, page.size() < PAGE ? null : page.get(PAGE - 1));
    }

    void delete(String key) throws IOException {
        if (refuses(key)) {
            throw new IOException(key + " is locked");
        }
        if (!keys.remove(key)) {
            throw new IOException(key + " does not exist");
        }
    }

    boolean refuses(String key) {
        return refusedEach > 0 && Integer.parseInt(key.substring(4)) % refusedEach == 0;
    }

    /** What is left, in order. */
    List<String> keys() {
        return List.copyOf(keys);
    }
}
