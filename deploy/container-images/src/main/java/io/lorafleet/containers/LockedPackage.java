// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

/**
 * A line of the lock file: a Debian package.
 *
 * @param archive {@code debian} or {@code debian-security}
 * @param path the file's path in the archive, {@code pool/...}
 * @param bytes size of the file
 * @param sha256 SHA-256 of the file, in hexadecimal
 */
record LockedPackage(Use use, String archive, String path, long bytes, String sha256) {
    enum Use {
        /** A package that is unpacked into the images. */
        RUNTIME,
        /** A package of the JDK from which jlink builds the Java runtime. */
        JDK
    }

    /** @return the last part of the path */
    String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
