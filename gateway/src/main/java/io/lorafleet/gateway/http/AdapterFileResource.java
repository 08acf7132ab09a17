// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Roles;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.storage.BlobStore;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;

/** Serves the files of adapter versions. */
@RolesAllowed(Roles.MANAGE_ADAPTERS)
@Path(AdapterResource.PATH + "/{name}/versions/{version}/weights")
@Tag(ref = ApiDescription.ADAPTERS)
public final class AdapterFileResource {
    private final AdapterRegistry registry;
    private final BlobStore blobs;

    AdapterFileResource(AdapterRegistry registry, BlobStore blobs) {
        this.registry = registry;
        this.blobs = blobs;
    }

    @GET
    @Blocking
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(
            operationId = "downloadVersion",
            summary = "Download the safetensors file of a version, even if the version is retired")
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content = @Content(schema = @Schema(type = SchemaType.STRING, format = "binary")))
    public RestMulti<byte[]> get(String name, int version) throws IOException {
        AdapterVersion found = registry.find(name)
                .flatMap(adapter -> adapter.version(version))
                .orElseThrow(() -> AdapterResource.unknown(name + "@" + version));
        InputStream weights = blobs.open(BlobKeys.adapter(found.sha256()))
                .orElseThrow(() -> new ProblemException(
                        ProblemType.NOT_FOUND, "the file of " + found.pinned() + " is not in the blob store"));
        return RestMulti.fromMultiData(BlobDownload.of(weights))
                .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"" + name + "-" + version + ".safetensors\"")
                .build();
    }
}
