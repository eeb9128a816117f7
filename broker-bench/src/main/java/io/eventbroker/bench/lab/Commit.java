package io.eventbroker.bench.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What was measured: the commit that this program was built from.
 *
 * @param id empty if it was built outside a checkout
 * @param uncommittedChanges whether there were changes beside it
 */
public record Commit(String id, boolean uncommittedChanges) {
    /** The commit of this program, as noted by the build. */
    public static Commit built() {
        Properties noted = new Properties();
        try (InputStream file = Commit.class.getResourceAsStream("/git.properties")) {
            if (file != null) {
                noted.load(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Commit(
                noted.getProperty("git.commit.id", ""), Boolean.parseBoolean(noted.getProperty("git.dirty", "false")));
    }

    /** Its name for people. */
    @Override
    public String toString() {
        return (id.isEmpty() ? "unknown" : id) + (uncommittedChanges ? ", with uncommitted changes" : "");
    }
}
