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
 * The owners and modes of the folders in a blob store. Each service's user can write to that service's subtrees and
 * read all subtrees.
 *
 * <p>A subtree with one writer belongs to that user. A subtree with several writers belongs to root and the writers'
 * group. The mode of such a subtree lets all users read it, but the mode of the store's folder admits only the readers'
 * group. In subtrees with several writers, and in {@code .unfinished}, which all services write to, the sticky bit
 * prevents users from removing each other's files.
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
     * @param users the Unix user of each service
     * @param readers the group of all these users
     * @param adapterWriters the group of the users that write adapters; it must have no other members
     */
    public BlobPermissions(Path store, Map<Writer, String> users, String readers, String adapterWriters) {
        this.store = store;
        this.users = users;
        this.readers = readers;
        this.adapterWriters = adapterWriters;
    }

    /** A folder with its owner and mode, and the mode of the files in it. */
    public record Folder(Path path, String owner, String group, int mode, int fileMode) {
        @Override
        public String toString() {
            return "%04o %s:%s %s".formatted(mode, owner, group, path);
        }
    }

    /** @return all folders, parents first */
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
        return Objects.requireNonNull(users.get(writer), "no user for this service");
    }

    /** Creates missing folders and sets the owners and modes of the folders and their contents. Must be run as root. */
    public void apply() throws IOException {
        for (Folder folder : folders()) {
            Files.createDirectories(folder.path());
            if (folder.path().equals(store)) {
                setOwner(folder.path(), folder, folder.mode());
                continue;
            }
            try (Stream<Path> below = Files.walk(folder.path())) { // does not follow symbolic links
                for (Path path : below.toList()) {
                    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                        setOwner(path, folder, folder.mode());
                    } else if (isBlob(path)) {
                        setOwner(path, folder, folder.fileMode());
                    }
                }
            }
        }
    }

    /** A link can point to a file outside the store, whose owner must not change. */
    private static boolean isBlob(Path path) throws IOException {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                && Files.getAttribute(path, "unix:nlink", LinkOption.NOFOLLOW_LINKS)
                        .equals(1);
    }

    private static void setOwner(Path path, Folder folder, int mode) throws IOException {
        UserPrincipalLookupService names = path.getFileSystem().getUserPrincipalLookupService();
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        view.setOwner(names.lookupPrincipalByName(folder.owner()));
        view.setGroup(names.lookupPrincipalByGroupName(folder.group()));
        Files.setAttribute(path, "unix:mode", mode); // last, because a change of the owner clears setgid
    }
}
