from django.urls import path

from customers.views import customer_details, customer_form, identity, settle_customer

urlpatterns = [
    path("<place:task_id>/customer_details/", customer_details.customer_details, name="customer_details"),
    path("<place:task_id>/customer/", customer_form.customer_form, name="customer_form"),
    path("<place:task_id>/customer/settle/", settle_customer.settle_customer, name="settle_customer"),
    path("<place:task_id>/customer/twins/", customer_form.customer_twins, name="customer_twins"),
    path("<place:task_id>/customer/use/<int:customer_id>/", identity.use_customer, name="use_customer"),
    path("<place:task_id>/customer/unlink/", identity.unlink_customer, name="unlink_customer"),
    path("<place:task_id>/customer/confirm/", identity.confirm_customer, name="confirm_customer"),
]
