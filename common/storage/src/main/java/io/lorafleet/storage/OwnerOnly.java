// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.storage;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Permissions for files and folders that contain secrets: only root and the user that this process runs as can open
 * them.
 */
public final class OwnerOnly {
    public static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    public static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    private static final int PERMISSIONS = 0777;
    private static final int OF_OTHERS = 0077;
    private static final int READ_ONLY = 0440;

    private OwnerOnly() {}

    /** @return the attribute for creating a file with these permissions */
    public static FileAttribute<Set<PosixFilePermission>> file() {
        return PosixFilePermissions.asFileAttribute(FILE);
    }

    /** @return the attribute for creating a folder with these permissions */
    public static FileAttribute<Set<PosixFilePermission>> folder() {
        return PosixFilePermissions.asFileAttribute(FOLDER);
    }

    /** @return whether only the path's owner, who may be another user, has any permissions */
    public static boolean isClosed(Path path) throws IOException {
        return (mode(path) & OF_OTHERS) == 0;
    }

    /**
     * Accepts files that only this user or root can access, and files that belong to root and to the group of this
     * process and have the mode 0440. In Kubernetes, the files of a secret belong to root, and a pod that does not run
     * as root reads them through its group.
     *
     * @return the expected and actual permissions, with a command that corrects them; empty if the permissions are
     *     correct
     */
    public static Optional<String> objection(Path path) throws IOException {
        long owner = Integer.toUnsignedLong((int) Files.getAttribute(path, "unix:uid"));
        UnixSystem process = new UnixSystem();
        long self = process.getUid();
        if (owner != self && owner != 0) {
            return Optional.of(path + ": expected the owner to be user " + self + " (the user of this process) or root,"
                    + " found user " + owner + "; run `chown " + self + " " + path + "`");
        }
        if (owner == 0 && group(path) == process.getGid() && mode(path) == READ_ONLY) {
            return Optional.empty();
        }
        if (!isClosed(path)) {
            return Optional.of(path
                    + ": expected permissions for the owner only, found mode %04o; run `chmod go-rwx %s`"
                            .formatted(mode(path), path));
        }
        return Optional.empty();
    }

    private static long group(Path path) throws IOException {
        return Integer.toUnsignedLong((int) Files.getAttribute(path, "unix:gid"));
    }

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode") & PERMISSIONS;
    }
}
