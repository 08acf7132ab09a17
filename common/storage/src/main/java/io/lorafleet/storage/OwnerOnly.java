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

/** Files and folders that hold secrets: only the user of this process may open them, and root. */
public final class OwnerOnly {
    public static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    public static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");

    private static final int PERMISSIONS = 0777;
    private static final int OF_OTHERS = 0077;

    private OwnerOnly() {}

    /** @return what makes a new file such a file, from its first moment */
    public static FileAttribute<Set<PosixFilePermission>> file() {
        return PosixFilePermissions.asFileAttribute(FILE);
    }

    /** @return what makes a new folder such a folder */
    public static FileAttribute<Set<PosixFilePermission>> folder() {
        return PosixFilePermissions.asFileAttribute(FOLDER);
    }

    /** @return whether the permissions let nobody in but the owner, whoever that is */
    public static boolean isClosed(Path path) throws IOException {
        return (mode(path) & OF_OTHERS) == 0;
    }

    /** @return what was expected of the path, what was found, and what mends it; nothing if all is well */
    public static Optional<String> objection(Path path) throws IOException {
        long owner = Integer.toUnsignedLong((int) Files.getAttribute(path, "unix:uid"));
        long self = new UnixSystem().getUid();
        if (owner != self && owner != 0) {
            return Optional.of(
                    "expected " + path + " to belong to user " + self + ", whose process this is, or to root,"
                            + " found user " + owner + ": `chown " + self + " " + path + "` mends it");
        }
        if (!isClosed(path)) {
            return Optional.of("expected that only the owner can open " + path
                    + ", found mode %04o: `chmod go-rwx %s` mends it".formatted(mode(path), path));
        }
        return Optional.empty();
    }

    private static int mode(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:mode") & PERMISSIONS;
    }
}
