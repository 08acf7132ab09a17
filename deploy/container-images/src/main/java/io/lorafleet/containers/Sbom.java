// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.containers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A software bill of materials in CycloneDX format: the libraries of a module, as the CycloneDX Maven plugin lists
 * them, and the Debian packages.
 */
final class Sbom {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Sbom() {}

    /**
     * @param module the module's bill of materials
     * @param packages the packages to add
     */
    static void write(Path module, List<DebianPackage> packages, Path target) throws IOException {
        JsonNode read = JSON.readTree(module.toFile());
        if (!(read instanceof ObjectNode bom) || !(bom.get("components") instanceof ArrayNode components)) {
            throw new IOException(module + ": expected a CycloneDX document with components, found another document");
        }
        for (DebianPackage debian : packages) {
            String purl = purl(debian);
            components
                    .addObject()
                    .put("type", "library")
                    .put("bom-ref", purl)
                    .put("group", "debian")
                    .put("name", debian.field("Package"))
                    .put("version", debian.field("Version"))
                    .put("purl", purl)
                    .putArray("hashes")
                    .addObject()
                    .put("alg", "SHA-256")
                    .put("content", FileHash.of(debian.file()));
        }
        Files.createDirectories(target.getParent());
        JSON.writeValue(target.toFile(), bom);
    }

    /** @see <a href="https://github.com/package-url/purl-spec">The specification of package URLs</a> */
    private static String purl(DebianPackage debian) throws IOException {
        return "pkg:deb/debian/" + encode(debian.field("Package")) + "@" + encode(debian.field("Version")) + "?arch="
                + debian.field("Architecture") + "&distro=debian-12";
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%7E", "~");
    }
}
