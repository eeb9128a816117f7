package io.eventbroker.examples.returns;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/** A folder of mails: one file per customer, to which each mail is appended. For use by one thread at a time. */
final class Outbox {
    /** File systems allow 255 bytes; an identity beyond this length is told apart by its hash. */
    private static final int MAX_NAME_LENGTH = 100;

    private static final OpenOption[] APPEND = {
        StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS
    };

    private final Path folder;
    private final Set<Path> files = new HashSet<>();
    private long mails;

    private Outbox(Path folder) {
        this.folder = folder;
    }

    /** Opens a folder, making it if need be. */
    static Outbox in(Path folder) throws IOException {
        return new Outbox(Files.createDirectories(folder));
    }

    /** Opens a new temporary folder. */
    static Outbox inTemporaryFolder() throws IOException {
        return new Outbox(Files.createTempDirectory("returns-outbox-"));
    }

    void send(String customer, String mail) throws IOException {
        Path file = folder.resolve(fileName(customer));
        Files.writeString(file, mail, UTF_8, APPEND);
        files.add(file);
        mails++;
    }

    /** A plain file name, whatever the customer is called: no separators, no dot names, never too long. */
    private static String fileName(String customer) {
        String name = URLEncoder.encode(customer, UTF_8).replace("*", "%2A");
        if (name.length() > MAX_NAME_LENGTH) {
            name = name.substring(0, MAX_NAME_LENGTH) + "-" + UUID.nameUUIDFromBytes(customer.getBytes(UTF_8));
        }
        return name + ".txt";
    }

    Path folder() {
        return folder;
    }

    long mails() {
        return mails;
    }

    int customers() {
        return files.size();
    }
}
