/* Services of a file: kept with their methods, for whoever calls them one day. */
#include "schema_internal.h"

/* The full name of a message stands behind a dot. */
static const char *without_dot(const char *name) {
    return name == NULL ? "" : name[0] == '.' ? name + 1 : name;
}

static bool declare_methods(schema *owner, schema__file *file, schema_service *service, const service_proto *proto,
                            size_t index) {
    service->methods = (schema_method *)schema__allocate_array(owner, proto->n_method, sizeof *service->methods);
    if (service->methods == NULL) {
        return false;
    }
    for (size_t i = 0; i < proto->n_method; i++) {
        const method_proto *from = proto->method[i];
        schema_method *method = &service->methods[service->method_count++];
        const int32_t path[] = {6, (int32_t)index, 2, (int32_t)i};
        method->name = from->name != NULL ? from->name : "";
        method->input = without_dot(from->input_type);
        method->output = without_dot(from->output_type);
        method->input_is_stream = from->client_streaming != 0;
        method->output_is_stream = from->server_streaming != 0;
        method->place = schema__place(&file->places, path, 4, &method->comment);
    }
    return true;
}

bool schema__declare_services(schema *owner, schema__file *file) {
    const file_proto *proto = file->proto;
    file->made.services =
        (schema_service *)schema__allocate_array(owner, proto->n_service, sizeof *file->made.services);
    if (file->made.services == NULL) {
        return false;
    }
    for (size_t i = 0; i < proto->n_service; i++) {
        const service_proto *from = proto->service[i];
        schema_service *service = &file->made.services[file->made.service_count++];
        const int32_t path[] = {6, (int32_t)i};
        service->name = from->name != NULL ? from->name : "";
        service->full_name =
            schema__print(owner, "%s%s%s", file->made.package, file->made.package[0] != '\0' ? "." : "", service->name);
        service->place = schema__place(&file->places, path, 2, &service->comment);
        if (service->full_name == NULL || !declare_methods(owner, file, service, from, i)) {
            return false;
        }
    }
    return true;
}
