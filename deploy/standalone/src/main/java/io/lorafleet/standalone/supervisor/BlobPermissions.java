// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.messages.BlobTree;
import io.lorafleet.messages.BlobTree.Writer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whose the folders of a blob store are, so that each service's user can write in its own subtrees and read all of them.
 *
 * <p>A subtree with one writer belongs to that user. One with several belongs to root and a group of theirs: it is open
 * to the others for reading, whom the store's own folder keeps to the readers' group. There, and in {@code .unfinished},
 * where everybody begins, the sticky bit lets nobody remove what another user put there.
 */
public final class BlobPermissions {
    private static final String ROOT = "root";
    private static final int CLOSED = 0750;
    private static final int ONE_WRITER = 02750;
    private static final int SEVERAL_WRITERS = 03775;
    private static final int UNFINISHED = 03770;
    private static final int FILE = 0640;
    private static final int SHARED_FILE = 0644;

    private final Path store;
    private final Map<Writer, String> users;
    private final String readers;
    private final String adapterWriters;

    /**
     * @param users of the services
     * @param readers a group that has all of them as members
     * @param adapterWriters a group that has those as members who write adapters, and nobody else
     */
    public BlobPermissions(Path store, Map<Writer, String> users, String readers, String adapterWriters) {
        this.store = store;
        this.users = users;
        this.readers = readers;
        this.adapterWriters = adapterWriters;
    }

    /** A folder, whose it is, and its mode; files below it get the other mode. */
    public record Folder(Path path, String owner, String group, int mode, int fileMode) {
        @Override
        public String toString() {
            return "%04o %s:%s %s".formatted(mode, owner, group, path);
        }
    }

    /** @return all folders, each before those that are in it */
    public List<Folder> folders() {
        List<Folder> folders = new ArrayList<>();
        folders.add(new Folder(store, ROOT, readers, CLOSED, FILE));
        folders.add(new Folder(store.resolve(".unfinished"), ROOT, readers, UNFINISHED, FILE));
        for (BlobTree tree : BlobTree.values()) {
            Path path = store.resolve(tree.folder());
            Set<Writer> writers = tree.writers();
            folders.add(
                    writers.size() == 1
                            ? new Folder(path, userOf(writers.iterator().next()), readers, ONE_WRITER, FILE)
                            : new Folder(path, ROOT, adapterWriters, SEVERAL_WRITERS, SHARED_FILE));
        }
        return folders;
    }

    private String userOf(Writer writer) {
        return Objects.requireNonNull(users.get(writer), "each has a user");
    }

    /** Makes the folders that are missing, and gives all that is in them to its users. Needs root. */
    public void apply() throws IOException {
        for (Folder folder : folders()) {
            Files.createDirectories(folder.path());
            if (folder.path().equals(store)) {
                give(folder.path(), folder, folder.mode());
                continue;
            }
            try (Stream<Path> below = Files.walk(folder.path())) { // follows no links
                for (Path path : below.toList()) {
                    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                        give(path, folder, folder.mode());
                    } else if (isBlob(path)) {
                        give(path, folder, folder.fileMode());
                    }
                }
            }
        }
    }

    /** A link may lead to a file that is no blob, and must not be given away. */
    private static boolean isBlob(Path path) throws IOException {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                && Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                        .equals(1);
    }

    private static void give(Path path, Folder folder, int mode) throws IOException {
        UserPrincipalLookupService names = path.getFileSystem().getUserPrincipalLookupService();
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        view.setOwner(names.lookupPrincipalByName(folder.owner()));
        view.setGroup(names.lookupPrincipalByGroupName(folder.group()));
        Files.setAttribute(path, "unix:mode", mode); // last: a change of owner takes setgid away
    }
}
