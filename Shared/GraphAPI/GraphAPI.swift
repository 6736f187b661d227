// GraphAPI
